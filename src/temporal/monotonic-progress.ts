/** Keeps the progress and the download counts of running jobs from going backwards when an activity ends or restarts. */
import { LRUCache } from 'lru-cache';
import type { Job } from '../jobs/model/job.ts';
import { isTerminal } from '../jobs/model/states.ts';

/** Maximum number of jobs in the cache. The progress of an evicted job may go back a little. */
const MAX_JOBS = 20_000;

export class MonotonicProgress {
  readonly #highest = new LRUCache<string, { progress: number; downloaded: number }>({ max: MAX_JOBS });

  /** Returns the job with the highest progress and download count that this process has seen of its run. */
  apply(job: Job): Job {
    const key = `${job.tenant}/${job.id}/${job.run}`;
    if (isTerminal(job.state)) {
      this.#highest.delete(key);
      return job;
    }
    const highest = this.#highest.get(key);
    const progress = Math.max(highest?.progress ?? 0, job.progress);
    const downloaded = Math.max(highest?.downloaded ?? 0, job.assets.downloaded);
    this.#highest.set(key, { progress, downloaded });
    return { ...job, progress, assets: { ...job.assets, downloaded } };
  }
}
