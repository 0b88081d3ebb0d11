/** Named servers, filters of the output, and standard input and output, as a user uses them. */
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CliOptions, cli } from '../../support/cli.ts';
import { photo } from '../../support/photos.ts';
import { type Darkroom, startStack } from '../../support/stack.ts';

let darkroom: Darkroom;
let folder: string;

beforeAll(async () => {
  darkroom = await startStack();
  folder = await mkdtemp(join(tmpdir(), 'darkroom-servers-'));
  await mkdir(join(folder, 'shoot', 'second'), { recursive: true });
  const chelsea = await photo('chelsea.jpg');
  for (const path of ['shoot/b.jpg', 'shoot/a.jpg', 'shoot/second/c.jpg', 'shoot/.hidden.jpg'])
    await writeFile(join(folder, path), chelsea);
  await writeFile(join(folder, 'shoot', 'notes.txt'), 'not a picture');
});
afterAll(async () => {
  await darkroom.dispose();
  await rm(folder, { recursive: true, force: true });
});

/** Without DARKROOM_URL: the server is a named one, which the first test stores. */
const run = (args: readonly string[], { env, ...options }: CliOptions = {}) =>
  cli(args, { cwd: folder, ...options, env: { XDG_CONFIG_HOME: folder, ...env } });
const onServer = (args: readonly string[], options: CliOptions = {}) =>
  run([...args, '--server', 'here'], options);

beforeAll(async () => {
  const { code, stderr } = await run(['login', '--name', 'here', '--url', darkroom.url, '--without-key']);
  expect([code, stderr]).toEqual([
    0,
    'Stored as "here". Use it with --server here, or: export DARKROOM_SERVER=here\n',
  ]);
});

test('a named server is used by its name or by DARKROOM_SERVER, until logout', async () => {
  expect((await stat(join(folder, 'darkroom', 'servers.json'))).mode & 0o777).toBe(0o600);
  expect((await onServer(['operations'])).stdout).toContain('system.echo');
  const env = { DARKROOM_SERVER: 'here' };
  expect((await run(['operations'], { env })).stdout).toContain('system.echo');
  const unknown = await run(['operations', '--server', 'there']);
  expect(unknown.code).toBe(2);
  expect(unknown.stderr).toContain('There is no server "there"; there are here');
  const other = ['--name', 'other', '--url', `${darkroom.url}/`];
  expect((await run(['login', ...other], { input: 'a-key\n' })).code).toBe(0);
  expect((await run(['servers', '--json'])).stdout).toBe(
    `${JSON.stringify({
      servers: [
        { name: 'here', url: darkroom.url, has_key: false },
        { name: 'other', url: `${darkroom.url}/`, has_key: true },
      ],
    })}\n`,
  );
  expect((await run(['logout', '--name', 'other'])).code).toBe(0);
  expect((await run(['operations', '--server', 'other'])).code).toBe(2);
});

test('login stores nothing of an address that is none', async () => {
  const { code, stderr } = await run(['login', '--name', 'none', '--url', 'nowhere'], { input: 'a-key\n' });
  expect(code).toBe(2);
  expect(stderr).toContain('"nowhere" is not the address of a server');
  expect((await run(['servers'])).stdout).not.toContain('none');
});

test('--jq prints what the filter selects; an invalid filter is a usage error', async () => {
  await darkroom.submit({ id: 'filtered', operation: 'system.echo', params: { n: 1 } });
  await darkroom.until('filtered', 'completed');
  expect((await onServer(['status', 'filtered', '--jq', '.state'])).stdout).toBe('completed\n');
  const listed = await onServer(['list', '--operation', 'system.echo', '--jq', 'select(.state=="failed")']);
  expect([listed.code, listed.stdout]).toEqual([0, '']);
  const wrong = await onServer(['status', 'filtered', '--jq', '.state |']);
  expect([wrong.code, wrong.stdout]).toEqual([2, '']);
  expect(wrong.stderr).toContain('--jq .state |: ');
});

test('- reads an asset from standard input, and writes the result to standard output', async () => {
  const args = ['submit', '-', '--stdin-name', 'cat.jpg', '-o', 'image.transform', '--set', 'width=40'];
  const options = { input: await photo('chelsea.jpg') };
  const picture = await onServer([...args, '--set', 'format=webp', '--id', 'piped', '--out', '-'], options);
  expect(picture.code, picture.stderr).toBe(0);
  expect(picture.stdout).toMatch(/^RIFF[\s\S]{4,12}WEBP/);
  const names = await onServer(['results', 'piped', '--jq', '.files[].path']);
  expect(names.stdout).toBe('cat.webp\n');
  const echo = ['submit', '-o', 'system.echo', '--set', 'n=7', '--out', '-'];
  const { code, stdout } = await onServer(echo);
  expect([code, JSON.parse(stdout)]).toEqual([0, { n: 7 }]);
});

test('a folder and a pattern become their files, sorted, without hidden ones', async () => {
  const plan = (asset: string) => onServer(['submit', asset, '-o', 'image.transform', '--dry-run', '--json']);
  expect(JSON.parse((await plan('shoot')).stdout)).toMatchObject({ assets: 4 });
  expect(JSON.parse((await plan('shoot/*.jpg')).stdout)).toMatchObject({ assets: 2 });
  const none = await plan('shoot/*.png');
  expect(none.code).toBe(2);
  expect(none.stderr).toContain('shoot/*.png: no file matches this pattern');
  const args = ['submit', 'shoot/**/*.jpg', '-o', 'image.transform', '--set', 'width=20', '--out', 'small'];
  expect((await onServer([...args, '--id', 'shoot'])).stdout).toBe('shoot\n');
  const { stdout } = await onServer(['results', 'shoot', '--jq', '[.files[].path]']);
  expect(JSON.parse(stdout)).toHaveLength(3);
});

test('--set is completed with the parameters and values of the operation', async () => {
  const { stdout } = await onServer(['__complete', 'parameters', 'image.transform']);
  expect(stdout.split('\n')).toEqual(expect.arrayContaining(['width=', 'format=webp']));
});
