/** Workflows of the test beside this file, which Temporal bundles by its name. */
import { proxyActivities } from '@temporalio/workflow';
import { retryWhileInfrastructureDown } from '../../workflows/outage-retry.ts';

const { step } = proxyActivities<{ step(): Promise<string> }>({ startToCloseTimeout: '10s' });

export const patient = (): Promise<string> => retryWhileInfrastructureDown(step, 100);
