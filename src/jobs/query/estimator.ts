/** Estimates for running jobs, from what Temporal remembers of like ones. */

import { TtlCache } from '../../lib/ttl-cache.ts';
import { isTerminal } from '../model/states.ts';
import type { JobRuntime, JobSnapshot } from '../ports/job-runtime.ts';
import { type Estimate, estimate } from './estimate.ts';

/** How long like jobs took changes slowly. */
const FRESH_MS = 30_000;

/** Up to a hundred jobs of each are remembered. */
const MAX_KINDS = 200;

export class Estimator {
  readonly #runtime: Pick<JobRuntime, 'finished'>;
  /** By tenant and operation. */
  readonly #finished = new TtlCache<readonly JobSnapshot[]>(FRESH_MS, MAX_KINDS);

  constructor(runtime: Pick<JobRuntime, 'finished'>) {
    this.#runtime = runtime;
  }

  /** Null when it cannot be known, also while Temporal is away. */
  async estimate(snapshot: JobSnapshot): Promise<Estimate | null> {
    const { tenant, operation, state } = snapshot.job;
    if (isTerminal(state)) return null;
    const finished = await this.#like(tenant, operation).catch(() => []);
    return estimate(snapshot, finished, new Date());
  }

  #like(tenant: string, operation: string): Promise<readonly JobSnapshot[]> {
    return this.#finished.get(`${tenant}/${operation}`, () => this.#runtime.finished(tenant, operation));
  }
}
