/** What lies in the object store of a darkroom, whoever put it there. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunningDarkroom } from './darkroom.ts';

/** Files below the store, temporary ones too, in the order of their paths; without the usage of runs, which outlives their jobs, and the mark of the master key. */
export async function storeFiles({ dataDir }: Pick<RunningDarkroom, 'dataDir'>): Promise<string[]> {
  const root = join(dataDir, 'store');
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .filter((path) => !path.startsWith('_usage/') && path !== '_master-key')
    .sort();
}

/** Those that no job keeps: markers of requests that are uploading, and what is being written. */
export const unsettledFiles = async (darkroom: Pick<RunningDarkroom, 'dataDir'>): Promise<string[]> =>
  (await storeFiles(darkroom)).filter((path) => /^(\.tmp|_uploading)\//.test(path));
