/** The examples of docs/client.md, run as they stand. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from '../../support/cli.ts';
import { type Darkroom, startStack } from '../../support/stack.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const photo = join(root, 'examples/photos/chelsea.jpg');
const hasPython = spawnSync('python3', ['-c', '']).status === 0;

let server: Darkroom;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'darkroom-examples-'));
  server = await startStack();
});
afterAll(async () => {
  await server.dispose();
  await rm(folder, { recursive: true, force: true });
});

async function example(program: string, file: string): Promise<void> {
  const target = join(folder, program.includes('python') ? 'python' : 'node');
  const env = { DARKROOM_URL: server.url };
  const { code, stdout, stderr } = await run(program, [join(root, file), photo, target], { env });
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain(`${join(target, 'chelsea.webp')}, `);
  expect(await sharp(join(target, 'chelsea.webp')).metadata()).toMatchObject({ format: 'webp', width: 320 });

  const refused = await run(program, [join(root, file), join(root, 'package.json'), target], { env });
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain('is not an image');
}

test('the example in TypeScript runs', () => example(process.execPath, 'dist/examples/client.js'));
test.skipIf(!hasPython)('the example in Python runs', () => example('python3', 'examples/client.py'));

test('the docs show these examples', async () => {
  const docs = await readFile(join(root, 'docs/client.md'), 'utf8');
  for (const file of ['examples/client.ts', 'examples/client.py'])
    expect(docs).toContain((await readFile(join(root, file), 'utf8')).trim());
});
