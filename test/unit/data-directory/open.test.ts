/** Opening the data directory: who has access to it, and what is wrong with one that cannot be used. */
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDataDirectory } from '../../../src/data-directory/open.ts';
import { describeFileError } from '../../../src/lib/directory-problem.ts';
import { ConfigError } from '../../../src/lib/settings/config-error.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'darkroom-open-test-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);

/** Creates a file that everybody may read and write, in directories that everybody may use. */
async function writeOpen(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, '');
  for (let place = path; place !== root; place = dirname(place)) await chmod(place, 0o777);
  await chmod(path, 0o666);
}

test('only this user can access a new data directory and its new parents', async () => {
  await openDataDirectory(join(root, 'a', 'b'));
  expect(await modeOf(join(root, 'a'))).toBe('700');
  expect(await modeOf(join(root, 'a', 'b'))).toBe('700');
});

test('removes permissions of other users on an existing data directory, but not on inputs and operations', async () => {
  const dir = join(root, 'data');
  for (const name of [
    'temporal.db',
    'keys/master.key',
    'store/public/object',
    'inputs/mine.jpg',
    'operations/mine.yaml',
  ])
    await writeOpen(join(dir, name));
  await writeFile(join(dir, 'darkroom.json'), '{"format":1}');
  await writeOpen(join(root, 'elsewhere/file'));
  await symlink(join(root, 'elsewhere'), join(dir, 'store', 'link'));
  await openDataDirectory(dir);
  expect(
    execFileSync('find', [dir, '-not', '-type', 'l', '-perm', '/077'], { encoding: 'utf8' })
      .trim()
      .split('\n')
      .sort(),
  ).toEqual(
    ['inputs', 'inputs/mine.jpg', 'operations', 'operations/mine.yaml'].map((name) => join(dir, name)),
  );
  expect(await modeOf(join(dir, 'store/public/object'))).toBe('600');
  expect(await modeOf(join(root, 'elsewhere/file'))).toBe('666');
});

test('makes a data directory behind a link private', async () => {
  await mkdir(join(root, 'disk'), { mode: 0o755 });
  await symlink(join(root, 'disk'), join(root, 'data'));
  await openDataDirectory(join(root, 'data'));
  expect(await modeOf(join(root, 'disk'))).toBe('700');
});

test('git ignores a data directory inside a clone', async () => {
  execFileSync('git', ['init', '--quiet', root]);
  await openDataDirectory(join(root, 'my-data'));
  await writeFile(join(root, 'my-data', 'temporal.db'), '');
  expect(execFileSync('git', ['-C', root, 'status', '--short'], { encoding: 'utf8' })).toBe('');
});

test.each([
  ['a file', 'file', /: .*\/file is not a directory\. Remove or rename it, or set DARKROOM_DATA to/],
  ['below a file', 'file/data', /: .*\/file is not a directory\. /],
  ['a link that leads nowhere', 'link', /: .*\/link is not a directory, or a link that leads nowhere\. /],
])('rejects a data directory that is %s with a remedy', async (_, name, message) => {
  await writeFile(join(root, 'file'), '');
  await symlink(join(root, 'nowhere'), join(root, 'link'));
  const opening = openDataDirectory(join(root, name));
  await expect(opening).rejects.toThrow(ConfigError);
  await expect(opening).rejects.toThrow(message);
});

test.runIf(process.platform === 'linux')(
  'rejects a file system without directories with a remedy',
  async () => {
    await expect(openDataDirectory('/proc/darkroom')).rejects.toThrow(
      'The directory /proc/darkroom cannot be used: /proc/darkroom does not exist and cannot be made there. Make it, or set DARKROOM_DATA to another directory',
    );
  },
);

test.runIf(process.platform === 'linux')('reports a full disk', async () => {
  const error: unknown = await writeFile('/dev/full', 'x').catch((cause: unknown) => cause);
  expect(describeFileError(error, '/data')).toEqual({
    problem: 'there is no space left on the disk of /data',
    remedy: 'Free some space',
  });
});
