/** Logs of jobs: an object for each attempt that has something to say. */
import type { LogSegment } from '../jobs/model/job-log.ts';
import type { JobLogs, JobLogWriter } from '../jobs/ports/job-logs.ts';
import { readJson } from './json.ts';
import * as layout from './layout.ts';
import type { ObjectStore } from './object-store.ts';

export const createJobLogs = (store: ObjectStore): JobLogs & JobLogWriter => ({
  async *listSegments(job) {
    for await (const { key, size, modified } of store.list(layout.logPrefix(job)))
      yield { ...layout.logSegmentOf(job, key), version: `${size} ${modified.getTime()}` };
  },

  readSegment: (job, name) => readJson<LogSegment>(store, layout.logSegmentKey(job, name)),

  async writeSegment(job, name, segment, signal) {
    await store.put(layout.logSegmentKey(job, name), JSON.stringify(segment), { signal });
  },
});
