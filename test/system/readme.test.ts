/** The commands of README.md and docs/tour.md, run as printed, on a free port and in an empty directory. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type CliResult, run } from '../support/cli.ts';
import { freePort } from '../support/ports.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
/** Everything of the clone that the commands use. Links, so that results do not end up in the clone. */
const linked = ['dist', 'examples', 'node_modules', 'package.json', 'scripts'];
const READY_TIMEOUT_MS = 240_000;

const readme = await readFile(join(root, 'README.md'), 'utf8');
const tour = await readFile(join(root, 'docs/tour.md'), 'utf8');
/** The shell commands below a heading, a string for each block. */
const blocks = (page: string, heading: string): string[] => {
  const section = page.split(/^## /m).find((part) => part.startsWith(heading));
  if (section === undefined) throw new Error(`The page has no section "${heading}"`);
  return [...section.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, commands = '']) => commands);
};
const start = blocks(readme, 'Two commands')[0]?.split(/ *#|\n/)[0] ?? '';
const commands = blocks(readme, 'Five minutes');

let directory: string;
let server: ChildProcess;
let output = '';
let env: Record<string, string>;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'darkroom-readme-'));
  await mkdir(join(directory, 'clone'));
  for (const name of linked) await symlink(join(root, name), join(directory, 'clone', name));
  const address = `127.0.0.1:${await freePort()}`;
  env = { DARKROOM_URL: `http://${address}` };
  const { PATH, HOME, DARKROOM_CACHE, XDG_CACHE_HOME } = process.env;
  server = spawn('bash', ['-c', start], {
    cwd: join(directory, 'clone'),
    env: {
      PATH,
      HOME,
      ...(DARKROOM_CACHE && { DARKROOM_CACHE }),
      ...(XDG_CACHE_HOME && { XDG_CACHE_HOME }),
      DARKROOM_LISTEN: address,
      DARKROOM_DATA: join(directory, 'data'),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  for (const stream of [server.stdout, server.stderr])
    stream?.on('data', (chunk) => (output += String(chunk)));
  await vi.waitFor(async () => expect((await fetch(`${env['DARKROOM_URL']}/readyz`)).status).toBe(200), {
    timeout: READY_TIMEOUT_MS,
    interval: 500,
  });
});
afterAll(async () => {
  if (server?.pid && server.exitCode === null) {
    const exited = new Promise((resolve) => server.once('close', resolve));
    // Ctrl-C on a terminal signals the whole process group.
    process.kill(-server.pid, 'SIGINT');
    await exited;
  }
  await rm(directory, { recursive: true, force: true, maxRetries: 5 });
});

async function runCommands(block: string): Promise<CliResult> {
  const result = await run('bash', ['-euc', `${commands[0]}${block}`], {
    env,
    cwd: join(directory, 'clone'),
  });
  expect(result.code, result.stderr).toBe(0);
  return result;
}
/** Runs the block that contains `text`; fails if no block or several do. */
async function runBlock(text: string): Promise<CliResult> {
  const [block = '', ...others] = commands.filter((each) => each.includes(text));
  expect([block, others], `one block of README.md with ${text}`).toEqual([expect.stringContaining(text), []]);
  return runCommands(block);
}
const result = (name: string) => join(directory, 'clone/data/results', name);

test(`\`${start}\` prints the addresses that the page shows`, async () => {
  const shown = /^```\ndarkroom is ready\n(.*?)^```$/ms.exec(readme)?.[1] ?? '';
  const labels = shown.split('\n').flatMap((line) => line.match(/^ {2}(.+?) {2,}/)?.[1] ?? []);
  expect(labels).toEqual(['Console', 'API', 'Docs', 'Temporal Web UI', 'Data', 'Results']);
  for (const label of labels) await expect.poll(() => output).toContain(`  ${label}  `);
});

describe('five minutes', () => {
  test('the first block keeps DARKROOM_URL if it is set', async () => {
    const { stdout } = await run('bash', ['-euc', `${commands[0]}\nprintenv DARKROOM_URL`], { env });
    expect(stdout.trim()).toBe(env['DARKROOM_URL']);
    const { stdout: unset } = await run('bash', ['-euc', `${commands[0]}\nprintenv DARKROOM_URL`]);
    expect(unset.trim()).toBe('http://127.0.0.1:8080');
  });

  test('the gallery is downloaded', async () => {
    await runBlock('image.gallery');
    expect(await readFile(result('holiday/index.html'), 'utf8')).toContain('<title>Holiday');
  });

  test('a job is submitted over HTTP, followed to its end, and its files are downloaded', async () => {
    const submitted = await runBlock('"id":"cat-1"');
    expect(JSON.parse(submitted.stdout)).toMatchObject({ id: 'cat-1', operation: 'image.transform' });

    const followed = await runBlock('/events');
    expect(followed.stdout).toMatch(/event: end\nid: 1\.end\ndata: \{.*"state":"completed"/);

    const { stdout } = await runBlock('/files/');
    expect(stdout).toContain('"path":"chelsea.webp"');
    expect(await sharp(result('cat.webp')).metadata()).toMatchObject({ format: 'webp', width: 320 });
    const zip = await readFile(result('cat.zip'));
    expect(zip.subarray(0, 2).toString()).toBe('PK');

    const again = await runBlock('"id":"cat-1"');
    expect(JSON.parse(again.stdout)).toMatchObject({ id: 'cat-1', run: 1 });
  });

  test('the error names every invalid field', async () => {
    const { stdout } = await runBlock('widht');
    const problem = JSON.parse(stdout) as { errors: { pointer: string }[] };
    expect(problem.errors.map(({ pointer }) => pointer).sort()).toEqual(['/assets', '/params/widht']);
  });

  test('every block is run by one of these tests', () => {
    const texts = ['export DARKROOM_URL', 'image.gallery', '"id":"cat-1"', '/events', '/files/', 'widht'];
    expect(commands).toHaveLength(texts.length);
  });
});

describe('the tour', () => {
  test.each([
    ['Submit and wait', /"id":"rocket-1".*"state":"completed"/],
    ['Read, follow, download', /"media_type":"image\/jpeg"/],
    ['Run it again', /"id":"rocket-1".*"run":2/],
    ['Send assets in batches', /"id":"batches"/],
    ['Cancel, pause, resume', /"id":"slow-1"/],
  ])('%s', async (heading, expected) => {
    for (const block of blocks(tour, heading)) {
      const { stdout } = await runCommands(block);
      expect(stdout).toMatch(expected);
      expect(stdout).not.toContain('urn:darkroom:problem');
    }
  });
});
