import { mkdir, mkdtemp, readFile, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Checkpoint } from '../../../activities/checkpoint.ts';
import type { StageRunInput } from '../../../activities/types.ts';
import { keepWorkspace, restoreWorkspace } from '../../../activities/workspace.ts';
import { createFilesystemStore } from '../../../src/storage/filesystem/index.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'darkroom-workspace-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const { signal } = new AbortController();
const stepOf = (name: string) =>
  ({ job: { tenant: 'public', id: 'a' }, stage: { name, run: 1 }, batch: null }) as unknown as StageRunInput;

test('stages hand on what they do not touch, and store what they do', async () => {
  const store = createFilesystemStore({ root: join(folder, 'store') });
  const first = join(folder, 'first');
  await mkdir(join(first, 'images'), { recursive: true });
  for (const name of ['images/kept', 'images/changed', 'images/removed', 'replaced'])
    await writeFile(join(first, name), 'first');
  const left = await keepWorkspace(store, stepOf('one'), first, new Map(), signal);
  expect(left.map(({ path }) => path).sort()).toEqual([
    'images/changed',
    'images/kept',
    'images/removed',
    'replaced',
  ]);

  const second = join(folder, 'second');
  const restored = await restoreWorkspace(
    store,
    [{ workspace: left } as unknown as Checkpoint],
    second,
    signal,
  );
  expect(await readFile(join(second, 'images/kept'), 'utf8')).toBe('first');
  // Of the same size, and at once: only the time tells.
  await writeFile(join(second, 'images/changed'), 'other');
  await unlink(join(second, 'images/removed'));
  await unlink(join(second, 'replaced'));
  await writeFile(join(second, 'replaced'), 'other');
  await writeFile(join(second, 'new'), 'first');
  const kept = await keepWorkspace(store, stepOf('two'), second, restored, signal);

  const keyOf = (path: string) => left.find((file) => file.path === path)?.key;
  expect(kept.map(({ path }) => path).sort()).toEqual(['images/changed', 'images/kept', 'new', 'replaced']);
  expect(kept.filter(({ path, key }) => key === keyOf(path)).map(({ path }) => path)).toEqual([
    'images/kept',
  ]);
  const third = join(folder, 'third');
  await restoreWorkspace(store, [{ workspace: kept } as unknown as Checkpoint], third, signal);
  const contents = await Promise.all(
    ['images/kept', 'images/changed', 'replaced', 'new'].map((name) => readFile(join(third, name), 'utf8')),
  );
  expect(contents).toEqual(['first', 'other', 'other', 'first']);
});
