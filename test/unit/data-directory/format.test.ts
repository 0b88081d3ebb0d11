import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findFormatProblem } from '../../../src/data-directory/format.ts';
import { openDataDirectory } from '../../../src/data-directory/open.ts';
import { ConfigError } from '../../../src/lib/settings/config-error.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'darkroom-format-test-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const number = (dir: string) => readFile(join(dir, 'darkroom.json'), 'utf8');

test('a new data directory gets the format number and can be opened again', async () => {
  const dir = join(root, 'a', 'b');
  expect(await findFormatProblem(dir)).toBeNull();
  await openDataDirectory(dir);
  expect(await number(dir)).toBe('{"format":1}\n');
  await mkdir(join(dir, 'store'));
  await openDataDirectory(dir);
  expect((await readdir(dir)).sort()).toEqual(['.gitignore', 'darkroom.json', 'store']);
});

test('inputs and operations may exist before the first start', async () => {
  await mkdir(join(root, 'inputs'));
  await mkdir(join(root, 'operations'));
  await openDataDirectory(root);
  expect(await number(root)).toBe('{"format":1}\n');
});

test('an empty file system may be mounted as the store before the first start', async () => {
  await mkdir(join(root, 'store', 'lost+found'), { recursive: true });
  await openDataDirectory(root);
  expect(await number(root)).toBe('{"format":1}\n');
});

test.each(['keys', 'store'])(
  'rejects a directory with files in %s and without a format number',
  async (name) => {
    await mkdir(join(root, name));
    await writeFile(join(root, name, 'file'), '');
    const opening = openDataDirectory(root);
    await expect(opening).rejects.toThrow(ConfigError);
    await expect(opening).rejects.toThrow(
      `The data directory ${root} has no format number; this version of darkroom needs format 1. ` +
        'Run the version of darkroom that made it, or set DARKROOM_DATA to a new directory',
    );
    expect(await readdir(root)).toEqual([name]);
  },
);

test.each(['{"format":2}', '{}', 'hello'])(
  'rejects a directory with %s and does not change it',
  async (text) => {
    await writeFile(join(root, 'darkroom.json'), text);
    await expect(openDataDirectory(root)).rejects.toThrow(
      / has format .*; this version of darkroom needs format 1/,
    );
    expect(await number(root)).toBe(text);
  },
);

test.each([
  ['keys', 'file'],
  ['store', 'file'],
  ['lock', 'file'],
  ['darkroom.json', 'directory'],
  ['temporal.db', 'directory'],
])('rejects a directory in which %s is a %s', async (name, kind) => {
  const path = join(root, name);
  await (kind === 'file' ? writeFile(path, '') : mkdir(path));
  await expect(openDataDirectory(root)).rejects.toThrow(
    `The directory ${root} cannot be used: ${path} is not a ${kind === 'file' ? 'directory' : 'file'}. ` +
      'Remove or rename it, or set DARKROOM_DATA to another directory',
  );
});

test('processes that start together create one directory', async () => {
  const start = async () => {
    await openDataDirectory(root);
    await mkdir(join(root, 'keys'), { recursive: true });
  };
  await Promise.all(Array.from({ length: 10 }, start));
  expect((await readdir(root)).sort()).toEqual(['.gitignore', 'darkroom.json', 'keys']);
});
