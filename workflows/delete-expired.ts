/** Housekeeping: started by a schedule of Temporal, once for all API processes and workers, and to be seen in its Web UI. */
import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/types.ts';
import type { RetentionReport } from '../src/jobs/lifecycle/retention.ts';

const activities = proxyActivities<Activities>({
  startToCloseTimeout: '12h',
  heartbeatTimeout: '10s',
  retry: { initialInterval: '10s', backoffCoefficient: 2, maximumInterval: '10m' },
});

/** By Temporal's clock, as the ends of jobs are: a worker's may be off. */
export const deleteExpired = (): Promise<RetentionReport> => activities.deleteExpired(Date.now());
