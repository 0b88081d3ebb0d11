/** Callbacks that fail at first. */
import { setTimeout as sleep } from 'node:timers/promises';
import { callbackIdOf, MAIN_QUEUE } from '../../../src/temporal/names.ts';
import {
  type Execution,
  finalFailure,
  type Stories,
  untilClosed,
  untilEnded,
  untilStarted,
} from '../story.ts';
import type { StoryServer } from '../story-server.ts';

/** Number of the transition to `completed` of a job without assets: created, queued, processing, packaging, completed. */
const COMPLETED_SEQ = 5;

async function submit(server: StoryServer, scheduleMs: readonly number[], id?: string) {
  const job = await server.submit(
    { operation: 'system.echo', callback: { url: server.hook }, ...(id ? { id } : {}) },
    () => ({ callbackScheduleMs: scheduleMs }),
  );
  return { job, delivery: callbackIdOf(job, 1, COMPLETED_SEQ) };
}

/** Returns the executions of the job and of the workflow that delivers its callback. */
async function untilDelivered(
  server: StoryServer,
  { job, delivery }: Awaited<ReturnType<typeof submit>>,
): Promise<readonly Execution[]> {
  const [parent] = await untilEnded(server, job);
  await untilClosed(server.client, delivery);
  return [parent, { workflowId: delivery }];
}

export const callbacks: Stories = {
  callback: async (server) => {
    server.answers.push(500, 503, 500);
    return untilDelivered(server, await submit(server, [200, 400, 600]));
  },

  'callback-never-delivered': async (server) => {
    server.answers.push(500, 500);
    return untilDelivered(server, await submit(server, [200]));
  },

  'callback-attempts-lost': async (server) => {
    // The local attempt, and those of the activity.
    for (let attempt = 1; attempt <= 4; attempt++)
      server.replaceNext('notify', () => Promise.reject(new Error('The worker died')));
    return untilDelivered(server, await submit(server, [200]));
  },

  'callback-requested-now': async (server) => {
    server.answers.push(500);
    const submitted = await submit(server, [600_000]);
    await untilStarted(server, submitted.delivery);
    const handle = server.client.workflow.getHandle(submitted.delivery);
    // The first request comes while the workflow waits, the second during the attempt.
    server.replaceNext('notify', async () => {
      await handle.signal('attemptNow');
      await sleep(200);
      return { outcome: 'failed', retryAfterMs: null };
    });
    await handle.signal('attemptNow');
    return untilDelivered(server, submitted);
  },

  'callback-delivered-elsewhere': async (server) => {
    const id = 'delivered-elsewhere';
    const workflowId = callbackIdOf({ tenant: 'public', id }, 1, COMPLETED_SEQ);
    const { workflow } = server.client;
    const args = [{ notification: {}, scheduleMs: [600_000], firstAttempt: 1, retryAfterMs: null }];
    const other = await workflow.start('deliverCallback', { workflowId, taskQueue: MAIN_QUEUE, args });
    server.replaceNext('notify', () => Promise.reject(finalFailure('store_unavailable')));
    const { job } = await submit(server, [600_000], id);
    const executions = await untilEnded(server, job);
    await other.terminate();
    return executions;
  },
};
