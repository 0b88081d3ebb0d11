/** `darkroom templates`, and plans, with a server. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CliOptions, cli } from '../../support/cli.ts';
import { photo } from '../../support/photos.ts';
import { type Darkroom, startStack } from '../../support/stack.ts';

const TEMPLATE = `# A comment
name: small
title: Small pictures
params:
  type: object
  properties:
    width: { type: integer, minimum: 16, default: 64 }
steps:
  small:
    operation: image.transform
    params:
      width: \${params.width}
      format: webp
`;

let darkroom: Darkroom;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'darkroom-cli-templates-'));
  await writeFile(join(folder, 'cat.jpg'), await photo('chelsea.jpg'));
  await writeFile(join(folder, 'small.yaml'), TEMPLATE);
  darkroom = await startStack();
});
afterAll(async () => {
  await darkroom.dispose();
  await rm(folder, { recursive: true, force: true });
});

const run = (args: readonly string[], options: CliOptions = {}) =>
  cli(args, { cwd: folder, ...options, env: { DARKROOM_URL: darkroom.url } });
const applyText = (text: string) => run(['templates', 'apply', '-'], { input: text });

test('apply makes a version of a file, and none if nothing has changed', async () => {
  for (const version of [1, 1]) {
    const { code, stderr } = await run(['templates', 'apply', 'small.yaml']);
    expect([code, stderr]).toEqual([0, `Template small@${version} is stored\n`]);
  }
  const { stdout } = await run(['templates', 'get', 'small']);
  expect((await applyText(stdout)).stderr).toBe('Template small@1 is stored\n');
  const { stderr } = await applyText(stdout.replace('Small pictures', 'Smaller pictures'));
  expect(stderr).toBe('Template small@2 is stored\n');
  const { stdout: json } = await run(['templates', 'get', 'small@1', '--json']);
  expect(JSON.parse(json)).toMatchObject({ name: 'small', version: 1, title: 'Small pictures' });
});

describe('apply names the line of each error', () => {
  test.each<[string, string, string[], number]>([
    [
      'an invalid schema',
      TEMPLATE.replace('minimum: 16', 'minimum: few'),
      ['-:7:29: /params/properties/width/minimum: must be a number'],
      6,
    ],
    [
      'two faults of steps',
      TEMPLATE.replace('webp', 'jpg').replace('image.transform', 'image.transform\n    when_: 1'),
      ['-:11:5: /steps/small/when_: unknown field'],
      6,
    ],
    [
      'a missing field',
      TEMPLATE.replace('steps:', 'stages:'),
      ['-:8:1: /stages: unknown field', '/steps: '],
      6,
    ],
    ['text that is not YAML', 'name: [small\nsteps: {}\n', ['-:2:1: '], 2],
    ['a list', '- 1\n', ['must contain a template'], 2],
    ['no name', TEMPLATE.replace('name: small\n', ''), ['has no name'], 2],
  ])('%s', async (_, text, messages, expected) => {
    const { code, stderr } = await applyText(text);
    expect(code).toBe(expected);
    for (const message of messages) expect(stderr).toContain(message);
  });
});

test('run submits a job by a template, and downloads its files', async () => {
  const set = ['--set', 'width=40', '--out', 'out'];
  const { code, stderr } = await run([
    'templates',
    'run',
    'small@1',
    'cat.jpg',
    '--id',
    'by-template',
    ...set,
  ]);
  expect([code, stderr]).toEqual([0, expect.stringContaining('1 file in out')]);
  expect(await readdir(join(folder, 'out'))).toEqual(['cat.webp']);
  expect((await run(['status', 'by-template'])).stdout).toMatch(/template +small@1/);
  const wrong = await run(['templates', 'run', 'small@1', 'cat.jpg', '--set', 'size=3']);
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('there is no parameter "size"')]);
  expect((await run(['templates', 'run', 'none', 'cat.jpg'])).code).toBe(6);
});

test('list shows all scopes, and delete removes one', async () => {
  await writeFile(
    join(folder, 'old.json'),
    JSON.stringify({ steps: { facts: { operation: 'image.metadata' } } }),
  );
  await run(['templates', 'apply', 'old.json', '--name', 'old', '--shared']);
  const { stdout } = await run(['templates', 'list']);
  expect(stdout).toMatch(/^old +1 +shared/m);
  expect(stdout).toMatch(/^web-set +1 +built-in/m);
  expect((await run(['templates', 'delete', 'old', '--shared'])).stderr).toBe('Template old is deleted\n');
  expect((await run(['templates', 'get', 'old'])).code).toBe(5);
});

test('--dry-run shows what would be computed, and starts nothing', async () => {
  const args = ['submit', 'cat.jpg', '--template', 'small@1', '--id', 'planned', '--dry-run'];
  const { code, stdout } = await run(args);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^small@1, run 1, 1 asset: about /);
  expect(stdout).toMatch(/small +image\.transform +all +1 /);
  expect((await run(['status', 'planned'])).code).toBe(5);
  const rerun = await run(['rerun', 'by-template', '--dry-run', '--json']);
  expect(JSON.parse(rerun.stdout)).toMatchObject({ run: 2, template: 'small@1' });
  expect(await readFile(join(folder, 'out', 'cat.webp'))).toHaveProperty('length');
});
