/** The metrics that guestkit's dashboards query. */
import { Counter, type Registry } from 'prom-client';
import type { Job } from '../../jobs/model/job.ts';
import type { JobSubmissions } from '../../jobs/submit/job-submissions.ts';
import { NAME } from './model.ts';

/** Counts the jobs that this process accepts through the guestkit API. */
export function countJobs(submissions: Pick<JobSubmissions, 'onCreated'>, registry: Registry): void {
  const jobs = new Counter({
    name: 'guestkit_worker_jobs_total',
    help: 'Jobs accepted by this process over the guestkit API',
    labelNames: ['operation'],
    registers: [registry],
  });
  submissions.onCreated(({ dialect, operation }: Job) => {
    if (dialect === NAME) jobs.inc({ operation });
  });
}
