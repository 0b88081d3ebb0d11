/** What the commands of the server do in the data directory: files for one user, and clear errors for another one. */
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { cli } from '../../support/cli.ts';
import { photo } from '../../support/photos.ts';
import { freePort } from '../../support/ports.ts';
import { type Darkroom, startDarkroom } from '../../support/server.ts';

const isRoot = process.getuid?.() === 0;
/** Without rights on the files of the test. The process of the test itself may be anybody. */
const nobody = { uid: 65534, gid: 65534 };

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'darkroom-data-directory-'));
  await chmod(folder, 0o755);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const findOpen = (dir: string): string[] =>
  execFileSync('find', [dir, '-not', '-type', 'l', '-perm', '/077'], { encoding: 'utf8' })
    .split('\n')
    .filter(Boolean);

test('serve, its worker and its Temporal server write no file that other users can read', async () => {
  const dataDir = join(folder, 'private');
  await mkdir(join(dataDir, 'store'), { recursive: true, mode: 0o755 });
  const darkroom: Darkroom = await startDarkroom({ dataDir });
  const form = new FormData();
  form.set('job', JSON.stringify({ id: 'one', operation: 'image.transform', params: { width: 80 } }));
  form.set('file', new Blob([new Uint8Array(await photo('coffee.jpg'))]), 'coffee.jpg');
  expect((await darkroom.request('/v1/jobs', { method: 'POST', body: form })).status).toBe(202);
  await darkroom.until('one', 'completed');
  expect(findOpen(dataDir)).toEqual([]);
  await darkroom.dispose();
});

test('every command uses one data directory, whatever the current folder', async () => {
  const HOME = join(folder, 'home');
  const [one, other] = [join(folder, 'one'), join(folder, 'other')];
  for (const made of [HOME, one, other]) await mkdir(made);
  const runIn = async (cwd: string, ...args: string[]) => {
    const { code, stdout, stderr } = await cli(args, { cwd, env: { HOME, XDG_DATA_HOME: 'relative' } });
    expect(code, stderr).toBe(0);
    return stdout;
  };
  expect(await runIn(one, 'webhook-secret')).toBe(await runIn(other, 'webhook-secret'));
  await runIn(one, 'keys', 'create', '--tenant', 'acme', '--name', 'laptop');
  expect(await runIn(other, 'keys', 'list')).toContain('laptop');
  expect(await readdir(one)).toEqual([]);
});

/** Every command that uses the data directory. */
const commands = ['serve', 'api', 'worker', 'keys list', 'webhook-secret'];

test.skipIf(!isRoot).each(commands)(
  '%s says what to do when the directory belongs to another user',
  async (command) => {
    const data = join(folder, 'of-root');
    await mkdir(data, { recursive: true, mode: 0o755 });
    const env = { DARKROOM_DATA: data, DARKROOM_LISTEN: `127.0.0.1:${await freePort()}` };
    for (const [directory, problem] of [
      [data, data],
      [join(data, 'below'), data],
    ] as const) {
      const { code, stderr } = await cli(command.split(' '), {
        env: { ...env, DARKROOM_DATA: directory },
        user: nobody,
      });
      expect(stderr).toBe(
        `darkroom: The directory ${directory} cannot be used: this user may not read or write ${problem}. ` +
          'Give this user the right to do so, or set DARKROOM_DATA to another directory\n',
      );
      expect(code).toBe(1);
    }
  },
);

test.skipIf(!isRoot)('doctor shows a remedy if the directory belongs to another user', async () => {
  const data = join(folder, 'closed');
  await mkdir(join(data, 'keys'), { recursive: true, mode: 0o700 });
  const { code, stdout, stderr } = await cli(['doctor'], {
    env: { DARKROOM_DATA: data, TEMPORAL_CLI_PATH: inject('temporalBinary') },
    user: nobody,
  });
  expect(stderr).toBe('');
  expect(code).toBe(1);
  expect(stdout).toContain(`✗ data directory    this user may not read or write ${data}`);
  expect(stdout).toContain('or name another directory with DARKROOM_DATA');
});

test('doctor warns of data that other users can read, with a command that fixes it', async () => {
  const data = join(folder, 'open');
  await mkdir(data, { mode: 0o755 });
  const examine = async () => (await cli(['doctor'], { env: { DARKROOM_DATA: data } })).stdout;
  const text = await examine();
  expect(text).toMatch(new RegExp(`^! privacy +other users have access to ${data}$`, 'm'));
  const [, command = ''] = /Run: (chmod .*)/.exec(text) ?? [];
  execFileSync('bash', ['-c', command]);
  expect(await examine()).toMatch(/^✓ privacy /m);
});
