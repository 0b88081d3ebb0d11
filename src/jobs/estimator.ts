/** Estimates for running jobs, from what Temporal remembers of like ones. */
import type { JobEngine, JobSnapshot } from './engine.ts';
import { type Estimate, estimate } from './estimate.ts';
import { isTerminal } from './states.ts';

/** How long like jobs took changes slowly. */
const FRESH_MS = 30_000;

export class Estimator {
  readonly #engine: Pick<JobEngine, 'finished'>;
  readonly #finished = new Map<string, { jobs: Promise<readonly JobSnapshot[]>; staleAt: number }>();

  constructor(engine: Pick<JobEngine, 'finished'>) {
    this.#engine = engine;
  }

  /** Null when it cannot be known, also while Temporal is away. */
  async estimate(snapshot: JobSnapshot): Promise<Estimate | null> {
    const { tenant, operation, state } = snapshot.job;
    if (isTerminal(state)) return null;
    const finished = await this.#like(tenant, operation).catch(() => []);
    return estimate(snapshot, finished, new Date());
  }

  #like(tenant: string, operation: string): Promise<readonly JobSnapshot[]> {
    const key = `${tenant}/${operation}`;
    const known = this.#finished.get(key);
    if (known && known.staleAt > Date.now()) return known.jobs;
    const jobs = this.#engine.finished(tenant, operation);
    this.#finished.set(key, { jobs, staleAt: Date.now() + FRESH_MS });
    // The next to ask tries again.
    jobs.catch(() => this.#finished.delete(key));
    return jobs;
  }
}
