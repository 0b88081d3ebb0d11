/** The workspace of a stage: what the stage before left, brought to this machine, and what this one leaves. */
import { randomUUID } from 'node:crypto';
import { constants, createWriteStream } from 'node:fs';
import { copyFile, mkdir, readdir, stat, utimes } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { mapConcurrent } from '../src/lib/map-concurrent.ts';
import { workspacePrefix } from '../src/storage/layout.ts';
import type { ObjectStore } from '../src/storage/object-store.ts';
import type { Checkpoint, WorkspaceFile } from './checkpoint.ts';
import type { StageRunInput } from './types.ts';

/** The time of files that were brought: whatever is written to one since has another. */
const BROUGHT = new Date('2000-01-01T00:00:00Z');

/** Objects that are fetched from the store at once. */
export const READS = 8;

/** Files that are put into the store at once. Of big ones, each holds some megabytes in memory. */
export const WRITES = 4;

/** Brings all that these left. Returns path → key of the object. */
export async function restoreWorkspace(
  store: ObjectStore,
  checkpoints: readonly Checkpoint[],
  workspace: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  // Of two that left a file of one name, the later counts.
  const left = new Map(checkpoints.flatMap(({ workspace }) => workspace.map(({ path, key }) => [path, key])));
  await mapConcurrent([...left], { concurrency: READS, signal }, async ([path, key], stop) => {
    const local = await bring(store, key, join(workspace, path), 'copy', stop);
    await utimes(local, BROUGHT, BROUGHT);
  });
  return left;
}

/**
 * Keeps what lies there now. What was brought and is as it was stays where it is in the store, so that stages hand on what
 * they do not touch at no cost.
 */
export async function keepWorkspace(
  store: ObjectStore,
  { job, stage, batch }: StageRunInput,
  workspace: string,
  restored: ReadonlyMap<string, string>,
  signal: AbortSignal,
): Promise<WorkspaceFile[]> {
  const entries = await readdir(workspace, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const prefix = `${workspacePrefix(job, stage.run, stage.name, batch)}${randomUUID().slice(0, 8)}/`;
  return mapConcurrent(files, { concurrency: WRITES, signal }, async ({ parentPath, name }, stop) => {
    const local = join(parentPath, name);
    const path = relative(workspace, local);
    const before = restored.get(path);
    const untouched = before !== undefined && (await stat(local)).mtimeMs === BROUGHT.getTime();
    const key = untouched ? before : `${prefix}${path}`;
    if (!untouched) await store.adopt(key, local, { signal: stop });
    return { path, key };
  });
}

/** An object as a file of this machine: in place if it may only be read and the store can, else as a copy. */
export async function bring(
  store: ObjectStore,
  key: string,
  path: string,
  use: 'read' | 'copy',
  signal: AbortSignal,
): Promise<string> {
  const local = store.localPath(key);
  if (local !== null && use === 'read') return local;
  await mkdir(dirname(path), { recursive: true });
  if (local !== null) {
    await copyFile(local, path, constants.COPYFILE_FICLONE);
    return path;
  }
  const body = await store.get(key, { signal });
  if (!body) throw new Error(`The store has lost ${key}`);
  await pipeline(body, createWriteStream(path));
  return path;
}
