/** The baseline of `cost`: a workflow that calls one local activity, which says that it ran. */
import { proxyLocalActivities } from '@temporalio/workflow';

const { doNothing } = proxyLocalActivities<{ doNothing(id: string): Promise<void> }>({
  startToCloseTimeout: '10s',
});

export const empty = (id: string): Promise<void> => doNothing(id);
