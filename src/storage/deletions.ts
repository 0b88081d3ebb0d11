/** Tombstones, and the deletion of jobs and of their intermediate files. */
import type { JobRef } from '../jobs/model/run-input.ts';
import type { JobDeletions, JobRecord, StoredManifest } from '../jobs/ports/job-archive.ts';
import { listDueDeletions, scheduleDeletion } from './deletion-schedule.ts';
import { readJson } from './json.ts';
import * as layout from './layout.ts';
import type { ObjectStore } from './object-store.ts';
import { deletionsOf, readRecord } from './records.ts';

/** Objects that are deleted concurrently. */
const DELETE_CONCURRENCY = 16;

export const createJobDeletions = (store: ObjectStore): JobDeletions => ({
  isDeleted: async (ref) => (await store.head(layout.tombstoneKey(ref))) !== null,

  async tombstone(ref, remains) {
    if (remains) await scheduleDeletion(store, remains);
    await store.put(layout.tombstoneKey(ref), new Date().toISOString());
  },

  dueDeletions: (now) => listDueDeletions(store, now),

  async completeDeletion(deletion, next) {
    if (next) await scheduleDeletion(store, next);
    await store.delete(layout.deletionKey(deletion));
  },

  async eraseWork(record, until) {
    const { job } = record;
    const kept = await resultKeys(store, record);
    const running: Promise<void>[] = [];
    for (const prefix of [layout.fetchedPrefix(job), layout.runsPrefix(job)]) {
      for await (const { key, modified } of store.list(prefix)) {
        if (kept.has(key) || modified > until || layout.runOf(job, key) > job.run) continue;
        running.push(store.delete(key));
        if (running.length === DELETE_CONCURRENCY) await Promise.all(running.splice(0));
      }
    }
    await Promise.all(running);
  },

  erase: (ref) => erase(store, ref),

  async eraseRefused(tenant, keep) {
    let position = 0;
    for await (const { key } of store.list(layout.refusedPrefix(tenant))) {
      if (++position <= keep) continue;
      await erase(store, { tenant, id: layout.refusedId(key) });
      await store.delete(key);
    }
  },
});

async function erase(store: ObjectStore, ref: JobRef): Promise<void> {
  const record = await readRecord(store, ref);
  if (record?.job.completed_at) {
    const entryKey = record.runInput ? layout.endedKey : layout.refusedKey;
    await store.delete(entryKey(ref, new Date(record.job.completed_at)));
    for (const deletion of deletionsOf(record)) await store.delete(layout.deletionKey(deletion));
  }
  await store.delete(layout.inputKey(ref));
  await store.deleteAll(layout.jobPrefix(ref));
}

/** Keys of the latest result: its manifest and its files. */
async function resultKeys(store: ObjectStore, { job }: JobRecord): Promise<Set<string>> {
  if (!job.result) return new Set();
  const manifestKey = layout.manifestKey(job, job.result.run);
  const { files = [] } = (await readJson<StoredManifest>(store, manifestKey)) ?? {};
  return new Set([manifestKey, ...files.map(({ key }) => key)]);
}
