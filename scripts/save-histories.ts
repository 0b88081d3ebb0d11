/**
 * Saves what the workflows of this version write into Temporal, for later versions to replay: run once, when a version is about to be
 * released. `npm run build && node dist/scripts/save-histories.js`
 */
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { textOf } from './histories/format.ts';
import { openStage } from './histories/stage.ts';
import { stories } from './histories/stories.ts';

/** Characters; longer histories are compressed. */
const PLAIN = 256 * 1024;

const root = new URL('../../', import.meta.url);
const { version } = JSON.parse(await readFile(new URL('package.json', root), 'utf8')) as { version: string };
const folder = fileURLToPath(new URL(`test/histories/${version.split('.').slice(0, 2).join('.')}/`, root));

if (existsSync(folder)) {
  console.error(`${folder} is there. Histories of a version that was released are never made anew.`);
  process.exit(1);
}
const stage = await openStage();
await mkdir(folder, { recursive: true });
try {
  for (const [name, story] of Object.entries(stories)) {
    const executions = await story(stage);
    for (const [part, { workflowId, runId }] of executions.entries()) {
      const history = await stage.client.workflow.getHandle(workflowId, runId).fetchHistory();
      // Processes of this machine are nobody's business.
      const text = textOf(history).replaceAll(`${process.pid}@${hostname()}`, '1@worker');
      const file = executions.length > 1 ? `${name}-${part + 1}` : name;
      const long = text.length > PLAIN;
      await writeFile(`${folder}${file}.json${long ? '.gz' : ''}`, long ? gzipSync(text) : text);
      console.log(`${file}: ${history.events?.length} events`);
    }
  }
} catch (error) {
  // Half of them would stand in the way of all.
  await rm(folder, { recursive: true });
  throw error;
} finally {
  await stage.close();
}
