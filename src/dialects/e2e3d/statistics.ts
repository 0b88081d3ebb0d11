/** Numbers about the jobs of this API. */

import { allJobs } from '../../api/job-lists/job-reading.ts';
import type { Jobs } from '../../jobs/jobs.ts';
import type { Job } from '../../jobs/model/job.ts';
import { TtlCache } from '../../lib/ttl-cache.ts';
import { type E2e3dStatus, NAME, statuses, toE2e3dStatus } from './model.ts';

/** They are counted by going through the list of jobs, which dashboards need not do each second. */
const FRESH_MS = 5000;

interface Statistics {
  /** Jobs by status, and in all. */
  readonly jobs: Readonly<Record<E2e3dStatus | 'total', number>>;
  /** Of the jobs that completed or failed, the part that completed; null when there is none. */
  readonly success_rate: number | null;
  /** From begin to end, of the jobs that completed; null when there is none. */
  readonly average_duration_seconds: number | null;
}

const MAX_TENANTS = 1000;

export class StatisticsOf {
  readonly #jobs: Jobs;
  /** By tenant. */
  readonly #known = new TtlCache<Statistics>(FRESH_MS, MAX_TENANTS);

  constructor(jobs: Jobs) {
    this.#jobs = jobs;
  }

  /** At most five seconds old. */
  for(tenant: string): Promise<Statistics> {
    return this.#known.get(tenant, async () => statisticsOf(await allJobs(this.#jobs, tenant, NAME)));
  }
}

function statisticsOf(jobs: readonly Job[]): Statistics {
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
