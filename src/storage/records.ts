/** Records of jobs that have ended: one document for each job, and one small entry for the lists. */

import type { Job } from '../jobs/model/job.ts';
import type { JobRef } from '../jobs/model/run-input.ts';
import type { ScheduledDeletion } from '../jobs/model/scheduled-deletion.ts';
import { firstDeletion, jobDeletion } from '../jobs/model/scheduled-deletion.ts';
import { isTerminal } from '../jobs/model/states.ts';
import type { JobRecord, JobRecords } from '../jobs/ports/job-archive.ts';
import { matchesFilter } from '../jobs/ports/job-runtime.ts';
import { scheduleDeletion } from './deletion-schedule.ts';
import { readJson } from './json.ts';
import * as layout from './layout.ts';
import type { ObjectStore } from './object-store.ts';
import { readAhead } from './read-ahead.ts';
import { recordUsage } from './usage.ts';

/** Records that one page reads at most. With a filter that few jobs match, the client continues from there. */
const MAX_LOOKS = 2000;

export const readRecord = (store: ObjectStore, ref: JobRef): Promise<JobRecord | null> =>
  readJson<JobRecord>(store, layout.recordKey(ref));

/** All deletions that may be scheduled for this record. */
export const deletionsOf = (record: JobRecord): ScheduledDeletion[] =>
  [firstDeletion(record), jobDeletion(record)].filter((deletion) => deletion !== null);

export const createJobRecords = (store: ObjectStore): JobRecords => ({
  record: (ref) => readRecord(store, ref),

  async list(tenant, filter, page) {
    if (filter.unfinished || (filter.state && !isTerminal(filter.state))) return { jobs: [], cursor: null };
    const jobs: Job[] = [];
    let looks = 0;
    const entries = readAhead<Job>(store, listEntries(store, tenant, page), page.limit);
    for await (const { key, value: job } of entries) {
      if (job && matchesFilter(job, filter)) jobs.push(job);
      looks += 1;
      if (jobs.length === page.limit || looks === (page.looks ?? MAX_LOOKS)) return { jobs, cursor: key };
    }
    return { jobs, cursor: null };
  },

  async saveRecord(record) {
    const { job } = record;
    if (!job.completed_at) throw new Error('Only a job that has ended has a record');
    const key = layout.endedKey(job, new Date(job.completed_at));
    const previous = job.run > 1 ? await readRecord(store, job) : null;
    const deletion = firstDeletion(record);
    await Promise.all([
      store.put(key, JSON.stringify(job)),
      ...(deletion ? [scheduleDeletion(store, deletion)] : []),
      recordUsage(store, job),
    ]);
    if (previous?.job.completed_at) {
      const previousKey = layout.endedKey(job, new Date(previous.job.completed_at));
      if (previousKey !== key) await store.delete(previousKey);
      for (const outdated of deletionsOf(previous)) await store.delete(layout.deletionKey(outdated));
    }
    // Last: if this attempt dies before it, the next one still finds the record of the previous run.
    await store.put(layout.recordKey(job), JSON.stringify(record));
  },

  async saveRefusedRecord(record) {
    const { job } = record;
    const deletion = firstDeletion(record);
    if (deletion) await scheduleDeletion(store, deletion);
    await store.put(layout.recordKey(job), JSON.stringify(record));
    await store.put(layout.refusedKey(job, new Date(job.created_at)), JSON.stringify(job));
  },
});

/** Keys of list entries: ended jobs, then refused jobs. A cursor is a key, so it shows which of them comes next. */
async function* listEntries(
  store: ObjectStore,
  tenant: string,
  { cursor, before }: { cursor?: string | undefined; before?: Date | undefined },
): AsyncIterable<string> {
  const refused = layout.refusedPrefix(tenant);
  const isInRefused = cursor?.startsWith(refused) ?? false;
  if (!isInRefused) {
    const after = cursor ?? (before && layout.endedBefore(tenant, before));
    for await (const { key } of store.list(layout.endedPrefix(tenant), after ? { after } : {})) yield key;
  }
  const options = isInRefused && cursor ? { after: cursor } : {};
  for await (const { key } of store.list(refused, options)) yield key;
}
