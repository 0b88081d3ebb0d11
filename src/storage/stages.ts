/** Checkpoints of stages, and the files that they name. */
import { randomUUID } from 'node:crypto';
import { constants, createWriteStream } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Checkpoint, StagePart, StoredObject } from '../jobs/model/checkpoint.ts';
import type { StageFiles } from '../jobs/ports/run-files.ts';
import { mapConcurrent } from '../lib/map-concurrent.ts';
import { READ_CONCURRENCY, readJson } from './json.ts';
import * as layout from './layout.ts';
import type { ObjectStore } from './object-store.ts';

async function readCheckpoint(
  store: ObjectStore,
  part: StagePart,
  signal: AbortSignal,
): Promise<Checkpoint | null> {
  const checkpoint = await readJson<Checkpoint>(store, layout.checkpointKey(part), signal);
  return checkpoint?.fingerprint === part.job.fingerprint ? checkpoint : null;
}

export const createStageFiles = (store: ObjectStore): StageFiles => ({
  readCheckpoint: (part, signal) => readCheckpoint(store, part, signal),

  readCheckpoints: (parts, signal) =>
    mapConcurrent(parts, { concurrency: READ_CONCURRENCY, signal }, async (part, stop) => {
      const checkpoint = await readCheckpoint(store, part, stop);
      if (!checkpoint) throw new Error(`Stage ${part.stage.name} has no checkpoint`);
      return checkpoint;
    }),

  async writeCheckpoint(part, checkpoint, signal) {
    return store.put(layout.checkpointKey(part), JSON.stringify(checkpoint), { signal });
  },

  startAttempt(part) {
    const attempt = randomUUID().slice(0, 8);
    const adopt = async (prefix: string, name: string, path: string, signal: AbortSignal) => {
      const key = `${prefix}${name}`;
      return { key, ...(await store.adopt(key, path, { signal })) };
    };
    const copy = async (prefix: string, name: string, { key: from }: StoredObject, signal: AbortSignal) => {
      const key = `${prefix}${name}`;
      const copied = await store.copy(from, key, { signal });
      return copied && { key, ...copied };
    };
    return {
      adoptOutput: (name, path, signal) => adopt(layout.outputPrefix(part, attempt), name, path, signal),
      adoptWorkspaceFile: (name, path, signal) =>
        adopt(layout.workspacePrefix(part, attempt), name, path, signal),
      copyOutput: (name, from, signal) => copy(layout.outputPrefix(part, attempt), name, from, signal),
      copyWorkspaceFile: (name, from, signal) =>
        copy(layout.workspacePrefix(part, attempt), name, from, signal),
    };
  },

  async toLocalFile({ key }, path, use, signal) {
    const local = store.localPath(key);
    if (local !== null && use === 'read') return local;
    await mkdir(dirname(path), { recursive: true });
    if (local !== null) {
      await copyFile(local, path, constants.COPYFILE_FICLONE);
      return path;
    }
    const body = await store.get(key, { signal });
    if (!body) throw new Error(`The object ${key} is missing in the store`);
    await pipeline(body, createWriteStream(path));
    return path;
  },
});
