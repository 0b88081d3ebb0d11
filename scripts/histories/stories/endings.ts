/** How jobs end. */
import { Context } from '@temporalio/activity';
import { RawValue } from '@temporalio/common';
import { MAIN_QUEUE, workflowIdOf } from '../../../src/temporal/names.ts';
import {
  changeStages,
  durableActivities,
  failure,
  finalFailure,
  isIn,
  paths,
  repeat,
  type Stories,
  untilClosed,
  untilEnded,
} from '../story.ts';

export const endings: Stories = {
  plain: async (server) =>
    untilEnded(server, await server.submit({ operation: 'system.echo', params: { a: 1 } })),

  stages: async (server) =>
    untilEnded(
      server,
      await server.submit({
        operation: 'image.contact-sheet',
        params: { cell: 32 },
        assets: paths(repeat(server.photos, 100)),
      }),
    ),

  slow: async (server) =>
    untilEnded(server, await server.submit({ operation: 'test.echo', params: { delay_ms: 1500 } })),

  transient: async (server) =>
    untilEnded(server, await server.submit({ operation: 'test.echo', params: { fail: 'transient' } })),

  failed: async (server) =>
    untilEnded(server, await server.submit({ operation: 'test.echo', params: { fail: 'permanent' } })),

  'failed-in-a-batch': async (server) =>
    untilEnded(
      server,
      await server.submit({
        operation: 'image.transform',
        params: { width: 64 },
        assets: paths([...repeat(server.photos, 63), 'none.jpg']),
      }),
    ),

  'invalid-signals': async (server) => {
    const job = await server.submit({ operation: 'image.transform', await_assets: {} });
    await server.until(job, isIn('waiting'));
    const handle = server.client.workflow.getHandle(workflowIdOf(job));
    const undecodable = RawValue.fromPayload({
      metadata: { encoding: Buffer.from('none') },
      data: Buffer.of(1),
    });
    await handle.signal('cancel', { reason: 'not a text' });
    await handle.signal('cancel', undecodable);
    await handle.signal('pause', undecodable);
    await handle.signal('started', 'today');
    await server.submissions.addAssets(job, { assets: paths(server.photos.slice(0, 1)), final: true });
    return untilEnded(server, job);
  },

  'timed-out': async (server) => {
    const spec = { operation: 'test.echo', params: { delay_ms: 60_000 } };
    const job = await server.submit(spec, ({ steps }) => ({
      steps: changeStages(steps, { timeoutMs: 1000 }),
    }));
    return untilEnded(server, job);
  },

  outage: async (server) => {
    server.replaceNext('download', () => Promise.reject(failure('disk_full')));
    server.replaceNext('runStage', () => Promise.reject(failure('master_key_missing')));
    const spec = { operation: 'image.transform', params: { width: 64 }, assets: paths(server.photos) };
    return untilEnded(server, await server.submit(spec));
  },

  'packaging-failed': async (server) => {
    server.replaceNext('packageJob', () => Promise.reject(finalFailure('internal')));
    return untilEnded(server, await server.submit({ operation: 'system.echo' }));
  },

  cancelled: async (server) => {
    const job = await server.submit({ operation: 'test.echo', params: { delay_ms: 60_000 } });
    await server.until(job, isIn('processing'));
    await (await server.jobs.open(job)).control('cancel', 'enough');
    return untilEnded(server, job);
  },

  'cancelled-in-temporal': async (server) => {
    const job = await server.submit({ operation: 'test.echo', params: { delay_ms: 60_000 } });
    await server.until(job, isIn('processing'));
    await server.client.workflow.getHandle(workflowIdOf(job)).cancel();
    return untilEnded(server, job);
  },

  'cancelled-activity-fails': async (server) => {
    let reportStart = () => {};
    const started = new Promise<void>((resolve) => {
      reportStart = resolve;
    });
    server.replaceNext('runStage', async () => {
      reportStart();
      const beat = setInterval(() => Context.current().heartbeat(), 100);
      await Context.current().cancelled.catch(() => undefined);
      clearInterval(beat);
      throw finalFailure('operation_failed');
    });
    const job = await server.submit({ operation: 'test.echo' });
    // An activity that has not started is cancelled without running, and cannot fail.
    await started;
    await server.runtime.signal(job, 'cancel');
    return untilEnded(server, job);
  },

  'cancelled-while-packaging': async (server) => {
    const job = server.submit({ operation: 'system.echo' }, durableActivities);
    server.replaceNext('packageJob', async (input, original) => {
      // Sends the signal and Temporal's own cancellation.
      await server.runtime.signal(await job, 'cancel', 'too late');
      await server.runtime.signal(await job, 'pause');
      return original(input);
    });
    return untilEnded(server, await job);
  },

  /** The cancellation reaches Temporal while the last workflow task runs, so that Temporal refuses the end and repeats the task. */
  'cancelled-in-last-task': async (server) => {
    const job = server.submit({ operation: 'system.echo', callback: { url: server.hook } });
    server.replaceNext('packageJob', async (input, original) => {
      const status = await original(input);
      await server.runtime.signal(await job, 'cancel', 'too late');
      return status;
    });
    return untilEnded(server, await job);
  },

  paused: async (server) => {
    const job = await server.submit({ operation: 'test.echo', params: { delay_ms: 1000 } });
    await (await server.jobs.open(job)).control('pause');
    await server.until(job, ({ paused }) => paused);
    await (await server.jobs.open(job)).control('resume');
    return untilEnded(server, job);
  },

  rerun: async (server) => {
    const { client, jobs } = server;
    const job = await server.submit({
      operation: 'image.contact-sheet',
      params: { cell: 32, on_error: 'skip' },
      assets: paths(['none.jpg', ...server.photos]),
    });
    const [{ workflowId }] = await untilEnded(server, job);
    const latestRunId = async () => (await client.workflow.getHandle(workflowId).describe()).runId;
    const first = { workflowId, runId: await latestRunId() };
    await untilEnded(server, await (await jobs.open(job)).rerun({ assets: 'failed' }));
    const second = { workflowId, runId: await latestRunId() };
    const [third] = await untilEnded(server, await (await jobs.open(job)).rerun({ from: 'pages' }));
    return [first, second, third];
  },

  'delete-expired': async ({ client }) => {
    const workflowId = 'retention';
    await client.workflow.start('deleteExpired', { workflowId, taskQueue: MAIN_QUEUE });
    await untilClosed(client, workflowId);
    return [{ workflowId }];
  },
};
