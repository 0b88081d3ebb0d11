/** What jobs go through: each story makes one job, and names the executions whose histories are worth retention. */
import type { Job } from '../../src/jobs/model/job.ts';
import { isTerminal } from '../../src/jobs/model/states.ts';
import { callbackIdOf, workflowIdOf } from '../../src/temporal/names.ts';
import type { Stage } from './stage.ts';

interface Execution {
  readonly workflowId: string;
  /** The latest when left out. */
  readonly runId?: string;
}

type Story = (stage: Stage) => Promise<readonly Execution[]>;

/** Waits for the end of its workflow, too, which may still be telling the client. */
async function ended({ until, client }: Stage, job: Job): Promise<readonly [Execution]> {
  const now = await until(job, ({ state, run }) => isTerminal(state) && run === job.run);
  const workflowId = workflowIdOf(now);
  await client.workflow
    .getHandle(workflowId)
    .result()
    .catch(() => undefined);
  return [{ workflowId }];
}

const is = (state: Job['state']) => (job: Job) => job.state === state;
const paths = (names: readonly string[]) => names.map((path) => ({ source: { path } }));
const many = (names: readonly string[], count: number) =>
  Array.from({ length: count }, (_, index) => names[index % names.length] ?? '');

export const stories: Readonly<Record<string, Story>> = {
  plain: async (stage) => ended(stage, await stage.submit({ operation: 'system.echo', params: { a: 1 } })),

  assets: async (stage) =>
    ended(
      stage,
      await stage.submit({
        operation: 'image.transform',
        params: { width: 64 },
        assets: paths(stage.photos),
        callback: { url: stage.hook },
      }),
    ),

  stages: async (stage) =>
    ended(
      stage,
      await stage.submit({
        operation: 'image.contact-sheet',
        params: { cell: 32 },
        assets: paths(many(stage.photos, 100)),
      }),
    ),

  slow: async (stage) =>
    ended(stage, await stage.submit({ operation: 'test.echo', params: { delay_ms: 1500 } })),

  transient: async (stage) =>
    ended(stage, await stage.submit({ operation: 'test.echo', params: { fail: 'transient' } })),

  failed: async (stage) =>
    ended(stage, await stage.submit({ operation: 'test.echo', params: { fail: 'permanent' } })),

  'asset-missing': async (stage) =>
    ended(stage, await stage.submit({ operation: 'image.transform', assets: paths(['none.jpg']) })),

  skipped: async (stage) =>
    ended(
      stage,
      await stage.submit({
        operation: 'image.transform',
        params: { width: 64, on_error: 'skip' },
        assets: paths(['none.jpg', ...stage.photos]),
      }),
    ),

  cancelled: async (stage) => {
    const job = await stage.submit({ operation: 'test.echo', params: { delay_ms: 60_000 } });
    await stage.until(job, is('processing'));
    await (await stage.jobs.open(job)).control('cancel', 'enough');
    return ended(stage, job);
  },

  paused: async (stage) => {
    const job = await stage.submit({ operation: 'test.echo', params: { delay_ms: 1000 } });
    await (await stage.jobs.open(job)).control('pause');
    await stage.until(job, ({ paused }) => paused);
    await (await stage.jobs.open(job)).control('resume');
    return ended(stage, job);
  },

  waiting: async (stage) => {
    const { submit, until, submissions } = stage;
    const job = await submit({
      operation: 'image.transform',
      params: { width: 64 },
      await_assets: { total: 4 },
      callback: { url: stage.hook, events: ['job.waiting', 'job.paused', 'job.resumed', 'job.completed'] },
    });
    await until(job, is('waiting'));
    await submissions.addAssets(job, { assets: paths(stage.photos.slice(0, 2)) });
    await until(job, is('waiting'));
    await (await stage.jobs.open(job)).control('pause');
    await submissions.addAssets(job, { assets: paths(stage.photos.slice(0, 1)) });
    await (await stage.jobs.open(job)).control('resume');
    await submissions.addAssets(job, { assets: paths(stage.photos.slice(0, 1)), final: true });
    return ended(stage, job);
  },

  quiet: async (stage) => {
    const job = await stage.submit({ operation: 'test.echo', await_assets: { quiet_seconds: 1 } });
    for (const name of stage.photos) await stage.submissions.addAssets(job, { assets: paths([name]) });
    return ended(stage, job);
  },

  'too-few': async (stage) => {
    const job = await stage.submit({ operation: 'image.transform', await_assets: {} });
    await stage.submissions.addAssets(job, { assets: [], final: true });
    return ended(stage, job);
  },

  'goes-on-waiting': async (stage) => {
    const { submissions, client } = stage;
    const job = await stage.submit({ operation: 'test.echo', await_assets: {} });
    const handle = client.workflow.getHandle(workflowIdOf(job));
    const { runId } = await handle.describe();
    while ((await handle.describe()).runId === runId)
      await submissions.addAssets(job, { assets: paths(stage.photos) });
    await submissions.addAssets(job, { assets: [], final: true });
    const [last] = await ended(stage, job);
    return [{ ...last, runId }, last];
  },

  'goes-on-in-a-stage': async (stage) => {
    const spec = { operation: 'image.metadata', assets: paths(many(stage.photos, 600)) };
    const job = await stage.submit(spec);
    await stage.until(job, is('processing'));
    await (await stage.jobs.open(job)).control('pause');
    const handle = stage.client.workflow.getHandle(workflowIdOf(job));
    const { runId } = await handle.describe();
    // Held in the middle of a stage, it hears so much that it goes on in another execution.
    while ((await handle.describe()).runId === runId) await handle.signal('pause');
    await (await stage.jobs.open(job)).control('resume');
    const [last] = await ended(stage, job);
    return [{ ...last, runId }, last];
  },

  rerun: async (stage) => {
    const job = await stage.submit({
      operation: 'image.contact-sheet',
      params: { cell: 32, on_error: 'skip' },
      assets: paths(['none.jpg', ...stage.photos]),
    });
    const [{ workflowId }] = await ended(stage, job);
    const { runId } = await stage.client.workflow.getHandle(workflowId).describe();
    const [second] = await ended(stage, await (await stage.jobs.open(job)).rerun({ assets: 'failed' }));
    const { runId: secondId } = await stage.client.workflow.getHandle(workflowId).describe();
    const [third] = await ended(stage, await (await stage.jobs.open(job)).rerun({ from: 'pages' }));
    return [{ workflowId, runId }, { ...second, runId: secondId }, third];
  },

  callback: async (stage) => {
    stage.answers.push(500, 503, 500);
    const job = await stage.submit({ operation: 'system.echo', callback: { url: stage.hook } });
    const [parent] = await ended(stage, job);
    const [delivery] = await (await stage.jobs.open(job)).deliveries();
    const child = { workflowId: callbackIdOf(job, 1, delivery?.seq ?? 0) };
    await stage.client.workflow.getHandle(child.workflowId).result();
    return [parent, child];
  },
};
