/** Deletes expired jobs and orphaned uploads. A schedule of Temporal starts it, once for all processes. */
import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/types.ts';
import type { RetentionReport } from '../src/jobs/lifecycle/retention.ts';

const activities = proxyActivities<Activities>({
  summary: 'delete expired jobs and orphaned uploads',
  startToCloseTimeout: '12h',
  heartbeatTimeout: '10s',
  retry: { initialInterval: '10s', backoffCoefficient: 2, maximumInterval: '10m' },
});

/** Uses Temporal's clock, by which jobs end: the clock of a worker may be wrong. */
export const deleteExpired = (): Promise<RetentionReport> => activities.deleteExpired(Date.now());
