/** Remembers which jobs were shown as ended from their records, before Temporal knew it. */
import { LRUCache } from 'lru-cache';
import type { Job } from '../model/job.ts';
import type { JobRef } from '../model/run-input.ts';

/** Far more jobs than end within one outage of Temporal while somebody reads them. */
const MAX_JOBS = 10_000;

/**
 * The latest runs of jobs that this process has shown as ended, so that a later read does not show them as running. The
 * oldest are forgotten.
 */
export class ShownEnds {
  readonly #runs = new LRUCache<string, number>({ max: MAX_JOBS });

  add(job: Job): void {
    this.#runs.set(keyOf(job), job.run);
  }

  has(job: Job): boolean {
    return this.#runs.get(keyOf(job)) === job.run;
  }
}

/** Tenants and ids contain no slash. */
const keyOf = ({ tenant, id }: JobRef): string => `${tenant}/${id}`;
