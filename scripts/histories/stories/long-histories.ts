/** Runs that continue as new because of the length of their history. A low limit keeps the saved histories short. */
import type { RunInput } from '../../../src/jobs/model/run-input.ts';
import { workflowIdOf } from '../../../src/temporal/names.ts';
import { isIn, paths, repeat, type Stories, untilEnded } from '../story.ts';
import type { StoryServer } from '../story-server.ts';

const limitEvents =
  (maxHistoryEvents: number) =>
  ({ tuning }: RunInput): Partial<RunInput> => ({ tuning: { ...tuning, maxHistoryEvents } });

const firstRunId = async ({ client }: StoryServer, workflowId: string) =>
  (await client.workflow.getHandle(workflowId).describe()).runId;

/** Repeats `act` until the run has continued as new. */
async function untilContinued(server: StoryServer, workflowId: string, act: () => Promise<unknown>) {
  const runId = await firstRunId(server, workflowId);
  while ((await firstRunId(server, workflowId)) === runId) await act();
  return runId;
}

export const longHistories: Stories = {
  /** The next execution must recognize a repeated call whose response was lost. */
  'continued-while-waiting': async (server) => {
    const { submissions, photos } = server;
    const spec = { operation: 'test.echo', await_assets: {} };
    const job = await server.submit(spec, limitEvents(100));
    const call = { assets: paths(photos), idempotencyKey: 'repeated' };
    await submissions.addAssets(job, call);
    const runId = await untilContinued(server, workflowIdOf(job), () =>
      submissions.addAssets(job, { assets: paths(photos) }),
    );
    await submissions.addAssets(job, call);
    await submissions.addAssets(job, { assets: [], final: true });
    const [last] = await untilEnded(server, job);
    return [{ ...last, runId }, last];
  },

  'continued-in-a-stage': async (server) => {
    const spec = { operation: 'image.metadata', assets: paths(repeat(server.photos, 300)) };
    const job = await server.submit(spec, limitEvents(200));
    await server.until(job, isIn('processing'));
    await (await server.jobs.open(job)).control('pause');
    const workflowId = workflowIdOf(job);
    const handle = server.client.workflow.getHandle(workflowId);
    const runId = await untilContinued(server, workflowId, () => handle.signal('pause'));
    await (await server.jobs.open(job)).control('resume');
    const [last] = await untilEnded(server, job);
    return [{ ...last, runId }, last];
  },

  /** The job is cancelled after it has decided to continue as new, while it waits for the delivery of a callback. */
  'cancelled-before-continuing': async (server) => {
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    server.replaceNext('notify', async (input, original) => {
      await released;
      return original(input);
    });
    const spec = {
      operation: 'test.echo',
      await_assets: {},
      callback: { url: server.hook, events: ['job.paused' as const] },
    };
    const job = await server.submit(spec, limitEvents(60));
    const handle = server.client.workflow.getHandle(workflowIdOf(job));
    await handle.signal('pause');
    while ((await handle.describe()).historyLength < 80) await handle.signal('pause');
    await handle.signal('cancel', 'before it continues');
    release();
    return untilEnded(server, job);
  },
};
