/** Statistics of the jobs of this API. */
import { allJobs } from '../../api/job-lists/job-reading.ts';
import type { Jobs } from '../../jobs/jobs.ts';
import type { Job } from '../../jobs/model/job.ts';
import { TtlCache } from '../../lib/ttl-cache.ts';
import { type E2e3dStatus, NAME, statuses, toE2e3dStatus } from './model.ts';

/** Milliseconds. Statistics read the whole list of jobs, so dashboards share them. */
const TTL_MS = 5000;

interface Statistics {
  /** Number of jobs by status, and of all. */
  readonly jobs: Readonly<Record<E2e3dStatus | 'total', number>>;
  /** Share of completed jobs among those that completed or failed; null: there are none. */
  readonly success_rate: number | null;
  /** Mean time from start to end of completed jobs; null: there are none. */
  readonly average_duration_seconds: number | null;
}

const MAX_TENANTS = 1000;

export class JobStatistics {
  readonly #jobs: Jobs;
  /** By tenant. */
  readonly #known = new TtlCache<Statistics>(TTL_MS, MAX_TENANTS);

  constructor(jobs: Jobs) {
    this.#jobs = jobs;
  }

  /** Returns the statistics of a tenant, at most five seconds old. */
  read(tenant: string): Promise<Statistics> {
    return this.#known.get(tenant, async () => computeStatistics(await allJobs(this.#jobs, tenant, NAME)));
  }
}

function computeStatistics(jobs: readonly Job[]): Statistics {
  const count = (status: E2e3dStatus) => jobs.filter(({ state }) => toE2e3dStatus(state) === status).length;
  const counts = Object.fromEntries(statuses.map((status) => [status, count(status)]));
  const { completed = 0, failed = 0 } = counts;
  const seconds = jobs.flatMap(({ state, started_at, completed_at }) =>
    state === 'completed' && started_at && completed_at
      ? (Date.parse(completed_at) - Date.parse(started_at)) / 1000
      : [],
  );
  const sum = seconds.reduce((total, one) => total + one, 0);
  return {
    jobs: { total: jobs.length, ...counts } as Statistics['jobs'],
    success_rate: completed + failed > 0 ? completed / (completed + failed) : null,
    average_duration_seconds: seconds.length > 0 ? Math.round((sum / seconds.length) * 10) / 10 : null,
  };
}
