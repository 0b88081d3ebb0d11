/** The workspace of a stage: what the stage before left, brought to this machine, and what this one leaves. */
import { randomUUID } from 'node:crypto';
import { constants, createWriteStream } from 'node:fs';
import { copyFile, mkdir, readdir, stat, utimes } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { workspacePrefix } from '../src/storage/layout.ts';
import type { ObjectStore } from '../src/storage/store.ts';
import type { Checkpoint, WorkspaceFile } from './checkpoint.ts';
import type { StageStep } from './steps.ts';

/** The time of files that were brought: whatever is written to one since has another. */
const BROUGHT = new Date('2000-01-01T00:00:00Z');

/** Brings all that these left. Returns path → key of the object. */
export async function restoreWorkspace(
  store: ObjectStore,
  checkpoints: readonly Checkpoint[],
  workspace: string,
): Promise<ReadonlyMap<string, string>> {
  const restored = new Map<string, string>();
  for (const { path, key } of checkpoints.flatMap((checkpoint) => checkpoint.workspace)) {
    const local = await bring(store, key, join(workspace, path), 'copy');
    await utimes(local, BROUGHT, BROUGHT);
    restored.set(path, key);
  }
  return restored;
}

/**
 * Keeps what lies there now. What was brought and is as it was stays where it is in the store, so that stages hand on what
 * they do not touch at no cost.
 */
export async function keepWorkspace(
  store: ObjectStore,
  { job, stage, batch }: StageStep,
  workspace: string,
  restored: ReadonlyMap<string, string>,
): Promise<WorkspaceFile[]> {
  const entries = await readdir(workspace, { recursive: true, withFileTypes: true });
  const prefix = `${workspacePrefix(job, stage.run, stage.name, batch)}${randomUUID().slice(0, 8)}/`;
  const kept: WorkspaceFile[] = [];
  for (const entry of entries.filter((found) => found.isFile())) {
    const local = join(entry.parentPath, entry.name);
    const path = relative(workspace, local);
    const before = restored.get(path);
    const untouched = before !== undefined && (await stat(local)).mtimeMs === BROUGHT.getTime();
    const key = untouched ? before : `${prefix}${path}`;
    if (!untouched) await store.adopt(key, local);
    kept.push({ path, key });
  }
  return kept;
}

/** An object as a file of this machine: in place if it may only be read and the store can, else as a copy. */
export async function bring(
  store: ObjectStore,
  key: string,
  path: string,
  use: 'read' | 'copy',
): Promise<string> {
  const local = store.localPath(key);
  if (local !== null && use === 'read') return local;
  await mkdir(dirname(path), { recursive: true });
  if (local !== null) {
    await copyFile(local, path, constants.COPYFILE_FICLONE);
    return path;
  }
  const body = await store.get(key);
  if (!body) throw new Error(`The store has lost ${key}`);
  await pipeline(body, createWriteStream(path));
  return path;
}
