/** Which results can be reused: one small document for each piece of work, which refers to the checkpoint of a job. */
import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import type { Checkpoint, StagePart } from '../jobs/model/checkpoint.ts';
import type { ReusableResults } from '../jobs/ports/reusable-results.ts';
import * as layout from './layout.ts';
import type { ObjectStore } from './object-store.ts';

interface Entry {
  /** As in the key, so that a document under a wrong key is noticed. */
  readonly work: string;
  readonly part: StagePart;
  /** Of the checkpoint. */
  readonly sha256: string;
  readonly at: string;
}

export const createReusableResults = (store: ObjectStore): ReusableResults => ({
  async find(tenant, work, horizon, signal) {
    const bytes = await read(store, layout.reuseKey(tenant, work), signal);
    const entry = bytes && parse<Entry>(bytes);
    if (entry?.work !== work || entry.part?.job?.tenant !== tenant || !(new Date(entry.at) >= horizon))
      return null;
    const checkpoint = await read(store, layout.checkpointKey(entry.part), signal);
    const isWhole = checkpoint && createHash('sha256').update(checkpoint).digest('hex') === entry.sha256;
    return isWhole ? parse<Checkpoint>(checkpoint) : null;
  },

  async record(work, part, { sha256 }, signal) {
    const entry: Entry = { work, part: toStagePart(part), sha256, at: new Date().toISOString() };
    await store.put(layout.reuseKey(part.job.tenant, work), JSON.stringify(entry), { signal });
  },

  async sweep(horizon, most, signal) {
    const kept: { readonly key: string; readonly at: number }[] = [];
    let deleted = 0;
    const remove = async (key: string) => {
      signal.throwIfAborted();
      await store.delete(key);
      deleted += 1;
    };
    for await (const { key, modified } of store.list(layout.reusePrefix)) {
      if (modified < horizon) await remove(key);
      else kept.push({ key, at: modified.getTime() });
    }
    const excess = kept.sort((one, other) => one.at - other.at).slice(0, Math.max(0, kept.length - most));
    for (const { key } of excess) await remove(key);
    return deleted;
  },
});

const toStagePart = ({
  job: { tenant, id, run, fingerprint },
  step,
  stage,
  batch,
}: StagePart): StagePart => ({
  job: { tenant, id, run, fingerprint },
  step,
  stage: { name: stage.name, run: stage.run },
  batch,
});

async function read(store: ObjectStore, key: string, signal: AbortSignal): Promise<Buffer | null> {
  const body = await store.get(key, { signal });
  return body && buffer(body);
}

/** Null if the document is damaged. */
function parse<T>(bytes: Buffer): T | null {
  try {
    return JSON.parse(bytes.toString()) as T;
  } catch {
    return null;
  }
}
