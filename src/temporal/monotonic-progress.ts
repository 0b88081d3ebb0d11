/** Keeps the progress and downloads of running jobs from going backwards, as they else would for a moment whenever a step ends or restarts. */
import type { Job } from '../jobs/model/job.ts';
import { isTerminal } from '../jobs/model/states.ts';

/** Jobs that are remembered; the oldest are forgotten first, and would at worst be seen to go back a little. */
const MAX_JOBS = 20_000;

export class MonotonicProgress {
  readonly #marks = new Map<string, { progress: number; downloaded: number }>();

  /** The job with the highest progress, and most downloads, that anyone here has seen of this run. */
  apply(job: Job): Job {
    const key = `${job.tenant}/${job.id}/${job.run}`;
    const mark = this.#marks.get(key);
    this.#marks.delete(key);
    if (isTerminal(job.state)) return job;
    const progress = Math.max(mark?.progress ?? 0, job.progress);
    const downloaded = Math.max(mark?.downloaded ?? 0, job.assets.downloaded);
    this.#marks.set(key, { progress, downloaded });
    for (const oldest of this.#marks.keys()) {
      if (this.#marks.size <= MAX_JOBS) break;
      this.#marks.delete(oldest);
    }
    return { ...job, progress, assets: { ...job.assets, downloaded } };
  }
}
