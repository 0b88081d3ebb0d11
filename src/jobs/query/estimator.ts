/** Estimates when running jobs end, from similar jobs that Temporal still lists. */
import { TtlCache } from '../../lib/ttl-cache.ts';
import { isTerminal } from '../model/states.ts';
import type { JobRuntime, JobSnapshot } from '../ports/job-runtime.ts';
import { type Estimate, estimate } from './estimate.ts';

/** Durations of similar jobs change slowly. */
const SAMPLES_TTL_MS = 30_000;

/** Cached pairs of tenant and operation, each with up to a hundred jobs. */
const MAX_KINDS = 200;

export class Estimator {
  readonly #runtime: Pick<JobRuntime, 'finished'>;
  /** By tenant and operation. */
  readonly #finished = new TtlCache<readonly JobSnapshot[]>(SAMPLES_TTL_MS, MAX_KINDS);

  constructor(runtime: Pick<JobRuntime, 'finished'>) {
    this.#runtime = runtime;
  }

  /** Returns null when there is no estimate, also while Temporal does not answer. */
  async estimate(snapshot: JobSnapshot): Promise<Estimate | null> {
    const { tenant, operation, state } = snapshot.job;
    if (isTerminal(state)) return null;
    const finished = await this.#findSamples(tenant, operation).catch(() => []);
    return estimate(snapshot, finished, new Date());
  }

  #findSamples(tenant: string, operation: string): Promise<readonly JobSnapshot[]> {
    return this.#finished.get(`${tenant}/${operation}`, () => this.#runtime.finished(tenant, operation));
  }
}
