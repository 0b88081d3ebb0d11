/**
 * Runs all stories and saves their histories, for the replay tests of this version and of later ones.
 *
 * `npm run build && node dist/scripts/save-histories.js [--replace] [STORY …]`
 *
 * `--replace` replaces existing histories. Never use it after the version is released. With names, only those stories run.
 */
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { formatHistory } from './histories/format.ts';
import { stories } from './histories/stories.ts';
import { openStoryServer, type StoryServer } from './histories/story-server.ts';

/** Histories with more characters are compressed. */
const MAX_PLAIN = 64 * 1024;

const { values, positionals } = parseArgs({
  options: { replace: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const root = new URL('../../', import.meta.url);
const { version } = JSON.parse(await readFile(new URL('package.json', root), 'utf8')) as { version: string };
const folder = fileURLToPath(new URL(`test/histories/${version.split('.').slice(0, 2).join('.')}/`, root));
const names = positionals.length > 0 ? positionals : Object.keys(stories);

if (existsSync(folder) && !values.replace) {
  console.error(
    `${folder} exists. Histories of a released version are never replaced; before that, pass --replace.`,
  );
  process.exit(1);
}
const server = await openStoryServer();
try {
  const files = new Map<string, string>();
  for (const name of names) for (const [file, text] of await play(server, name)) files.set(file, text);
  // Files are replaced only if all stories have succeeded.
  await mkdir(folder, { recursive: true });
  for (const file of await readdir(folder)) if (isReplaced(file)) await rm(`${folder}${file}`);
  for (const [file, text] of files) {
    const long = text.length > MAX_PLAIN;
    await writeFile(`${folder}${file}.json${long ? '.gz' : ''}`, long ? gzipSync(text) : text);
  }
} finally {
  await server.close();
}

/** Runs a story. Returns its histories by file name without extension; several are numbered. */
async function play(server: StoryServer, name: string): Promise<Map<string, string>> {
  const story = stories[name];
  if (!story) throw new Error(`There is no story "${name}"; there are ${Object.keys(stories).join(', ')}`);
  const files = new Map<string, string>();
  const executions = await story(server);
  for (const [index, { workflowId, runId }] of executions.entries()) {
    const history = await server.client.workflow.getHandle(workflowId, runId).fetchHistory();
    const file = executions.length > 1 ? `${name}-${index + 1}` : name;
    // Public files must not name the host and the process.
    files.set(file, formatHistory(history).replaceAll(`${process.pid}@${hostname()}`, '1@worker'));
    console.log(`${file}: ${history.events?.length} events`);
  }
  return files;
}

/** Returns true for a history of a story that ran now, or that no longer exists. */
function isReplaced(file: string): boolean {
  const story = file.replace(/\.json(\.gz)?$/, '').replace(/-\d+$/, '');
  return names.includes(story) || !(story in stories);
}
