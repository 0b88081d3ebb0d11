/** Activities whose workers die, or seem to. */
import { Context } from '@temporalio/activity';
import type { Loss } from '../../../activities/types.ts';
import type { RunInput } from '../../../src/jobs/model/run-input.ts';
import { changeStages, durableActivities, finalFailure, paths, type Stories, untilEnded } from '../story.ts';
import type { StoryServer } from '../story-server.ts';

const echo = { operation: 'test.echo', params: { delay_ms: 100 } };

/** The failure that a worker reports for an activity that its predecessor lost. */
const reportLoss = (
  server: StoryServer,
  more: Partial<Loss> = {},
  activity: 'runStage' | 'download' = 'runStage',
) =>
  server.replaceNext(activity, () => {
    const loss: Loss = {
      code: 'worker_lost',
      isBlamed: true,
      how: 'its worker died',
      progress: null,
      ...more,
    };
    return Promise.reject(finalFailure(loss.code, { loss }));
  });

const shortHeartbeats = ({ steps }: RunInput): Partial<RunInput> => ({
  steps: changeStages(steps, { heartbeatMs: 1000 }),
});

/** An attempt without heartbeats, which Temporal takes for lost. `onLost` is called when its worker learns that. */
const silence = (server: StoryServer, onLost: (context: Context) => Promise<void> = async () => undefined) =>
  server.replaceNext('runStage', async () => {
    const context = Context.current();
    await new Promise((resolve) => setTimeout(resolve, 2000));
    await onLost(context);
    throw finalFailure('worker_lost');
  });

export const losses: Stories = {
  /** Blamed twice, it runs alone, and ends. */
  'worker-lost': async (server) => {
    reportLoss(server);
    reportLoss(server, { isBlamed: false });
    reportLoss(server);
    return untilEnded(server, await server.submit(echo));
  },

  /** Its worker dies of something else while it runs alone. */
  'worker-lost-while-alone': async (server) => {
    reportLoss(server);
    reportLoss(server);
    reportLoss(server, { isBlamed: false });
    return untilEnded(server, await server.submit(echo));
  },

  'worker-lost-too-often': async (server) => {
    reportLoss(server);
    reportLoss(server, { code: 'stage_stalled', how: 'it hung' });
    reportLoss(server);
    return untilEnded(server, await server.submit(echo));
  },

  'worker-lost-while-downloading': async (server) => {
    for (let attempt = 1; attempt <= 3; attempt++) reportLoss(server, {}, 'download');
    const spec = { ...echo, assets: paths(server.photos.slice(0, 1)) };
    return untilEnded(server, await server.submit(spec, durableActivities));
  },

  'worker-silent': async (server) => {
    silence(server);
    silence(server);
    return untilEnded(server, await server.submit(echo, shortHeartbeats));
  },

  /** The connection of the worker was interrupted twice, for which the activity is not blamed. Then it died, for which it is. */
  'worker-outlived': async (server) => {
    const report = async ({ client, info }: Context) => {
      const { workflowId } = info.workflowExecution ?? { workflowId: '' };
      const handle = client.workflow.getHandle(workflowId);
      await handle.signal('outlived', info.activityId);
      await handle.signal('outlived', 'unknown');
    };
    silence(server, report);
    silence(server, report);
    reportLoss(server);
    return untilEnded(server, await server.submit(echo, shortHeartbeats));
  },
};
