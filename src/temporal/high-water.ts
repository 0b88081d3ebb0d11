/** Keeps the progress of running jobs from going backwards, as it else would for a moment whenever a step ends or restarts. */
import type { Job } from '../jobs/job.ts';
import { isTerminal } from '../jobs/states.ts';

/** Jobs that are remembered; the oldest are forgotten first, and would at worst be seen to go back a little. */
const MAX_JOBS = 20_000;

export class HighWater {
  readonly #marks = new Map<string, number>();

  /** The job with the highest progress that anyone here has seen of this run. */
  raise(job: Job): Job {
    const key = `${job.tenant}/${job.id}/${job.run}`;
    const mark = this.#marks.get(key) ?? 0;
    this.#marks.delete(key);
    if (isTerminal(job.state)) return job;
    const progress = Math.max(mark, job.progress);
    this.#marks.set(key, progress);
    for (const oldest of this.#marks.keys()) {
      if (this.#marks.size <= MAX_JOBS) break;
      this.#marks.delete(oldest);
    }
    return { ...job, progress };
  }
}
