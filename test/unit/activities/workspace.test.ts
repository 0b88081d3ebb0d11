import { mkdir, mkdtemp, readFile, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { restoreWorkspace, saveWorkspace } from '../../../activities/workspace.ts';
import type { AttemptFiles } from '../../../src/jobs/ports/run-files.ts';
import { createFilesystemStore } from '../../../src/storage/filesystem/index.ts';
import { createStageFiles } from '../../../src/storage/stages.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'darkroom-workspace-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const { signal } = new AbortController();
const job = { tenant: 'public', id: 'a', run: 1, fingerprint: '' };

test('stores the files that a stage changed, and reuses the objects of the others', async () => {
  const stages = createStageFiles(createFilesystemStore({ root: join(folder, 'store') }));
  const startAttempt = (name: string): AttemptFiles =>
    stages.startAttempt({ job, step: 'main', stage: { name, run: 1 }, batch: null });
  const first = join(folder, 'first');
  await mkdir(join(first, 'images'), { recursive: true });
  for (const name of ['images/kept', 'images/changed', 'images/removed', 'replaced'])
    await writeFile(join(first, name), 'first');
  const left = await saveWorkspace(startAttempt('one'), first, new Map(), signal);
  expect(left.map(({ path }) => path).sort()).toEqual([
    'images/changed',
    'images/kept',
    'images/removed',
    'replaced',
  ]);

  const second = join(folder, 'second');
  const restored = await restoreWorkspace(stages, [{ workspace: left }], second, signal);
  expect(await readFile(join(second, 'images/kept'), 'utf8')).toBe('first');
  // Same size and almost the same time: only the modification time differs.
  await writeFile(join(second, 'images/changed'), 'other');
  await unlink(join(second, 'images/removed'));
  await unlink(join(second, 'replaced'));
  await writeFile(join(second, 'replaced'), 'other');
  await writeFile(join(second, 'new'), 'first');
  const kept = await saveWorkspace(startAttempt('two'), second, restored, signal);

  const keyOf = (path: string) => left.find((file) => file.path === path)?.key;
  expect(kept.map(({ path }) => path).sort()).toEqual(['images/changed', 'images/kept', 'new', 'replaced']);
  expect(kept.filter(({ path, key }) => key === keyOf(path)).map(({ path }) => path)).toEqual([
    'images/kept',
  ]);
  const third = join(folder, 'third');
  await restoreWorkspace(stages, [{ workspace: kept }], third, signal);
  const contents = await Promise.all(
    ['images/kept', 'images/changed', 'replaced', 'new'].map((name) => readFile(join(third, name), 'utf8')),
  );
  expect(contents).toEqual(['first', 'other', 'other', 'first']);
});
