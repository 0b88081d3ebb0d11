import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeDirectories } from '../../../src/lib/make-directories.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'darkroom-directories-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('creates a directory with its parents, also from several calls at once', async () => {
  const path = join(folder, 'a', 'b', 'c');
  await Promise.all([1, 2, 3].map(() => makeDirectories(path, 0o700)));
  expect((await stat(path)).mode & 0o777).toBe(0o700);
});

test('rejects a path below a file', async () => {
  await writeFile(join(folder, 'file'), '');
  await expect(makeDirectories(join(folder, 'file', 'x'))).rejects.toMatchObject({ code: 'ENOTDIR' });
  await expect(makeDirectories(join(folder, 'file'))).rejects.toMatchObject({ code: 'ENOTDIR' });
});

test.runIf(process.platform === 'linux')(
  'rejects a path in a file system that takes no directories',
  async () => {
    await expect(makeDirectories('/proc/darkroom/results')).rejects.toThrow();
  },
);
