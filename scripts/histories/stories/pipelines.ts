/** Jobs with several steps. */
import type { Job } from '../../../src/jobs/model/job.ts';
import type { RunInput } from '../../../src/jobs/model/run-input.ts';
import { workflowIdOf } from '../../../src/temporal/names.ts';
import {
  durableActivities,
  type Execution,
  isIn,
  paths,
  repeat,
  type Stories,
  untilEnded,
} from '../story.ts';
import type { StoryServer } from '../story-server.ts';

const echo = (fail?: 'permanent') => ({ operation: 'test.echo', params: fail ? { fail } : {} });

/** Waits for the end of a job that continues as new. Returns its executions in order. */
async function listExecutions(server: StoryServer, job: Job): Promise<Execution[]> {
  const workflowId = workflowIdOf(job);
  const { client } = server;
  await untilEnded(server, job);
  const { raw } = await client.workflow.getHandle(workflowId).describe();
  const runIds = [raw.workflowExecutionInfo?.firstRunId ?? ''];
  for (;;) {
    const { events } = await client.workflow.getHandle(workflowId, runIds.at(-1)).fetchHistory();
    const next = events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId;
    if (!next) return runIds.map((runId) => ({ workflowId, runId }));
    runIds.push(next);
  }
}

export const pipelines: Stories = {
  /** Two steps side by side, and one that takes the files of both, and the assets. */
  pipeline: async (server) =>
    untilEnded(
      server,
      await server.submit({
        steps: {
          web: { operation: 'image.transform', params: { width: 64 } },
          thumbs: { operation: 'image.transform', params: { width: 32 } },
          sheet: {
            operation: 'image.contact-sheet',
            params: { cell: 32 },
            use: ['thumbs', 'web', ':assets'],
          },
          text: { operation: 'image.metadata', use: ['sheet'] },
        },
        results: ['web', 'text'],
        assets: paths(server.photos),
      }),
    ),

  /** A condition leaves a step, and the one that uses it, without inputs; another one takes some. */
  'pipeline-conditions': async (server) =>
    untilEnded(
      server,
      await server.submit({
        steps: {
          some: { operation: 'image.transform', params: { width: 64 }, when: 'width > 0' },
          none: { operation: 'image.transform', params: { width: 32 }, when: 'width == 0' },
          after: { operation: 'image.metadata', use: ['none'] },
        },
        assets: paths(server.photos),
      }),
    ),

  /** A step that the job needs fails: what uses it is skipped, and the others run. */
  'pipeline-failed': async (server) =>
    untilEnded(
      server,
      await server.submit({
        steps: {
          bad: { ...echo('permanent'), use: [':assets'] },
          after: { ...echo(), use: ['bad'] },
          good: { ...echo(), use: [':assets'] },
        },
        assets: paths(server.photos),
      }),
    ),

  /** All steps of the result fail, though each may. */
  'pipeline-without-result': async (server) =>
    untilEnded(
      server,
      await server.submit({ steps: { bad: { ...echo('permanent'), use: [], on_error: 'continue' } } }),
    ),

  /** A step can use none of its inputs. */
  'pipeline-unusable': async (server) =>
    untilEnded(
      server,
      await server.submit({
        steps: {
          bad: { operation: 'image.transform', params: { width: 64, on_error: 'skip' } },
          after: { operation: 'image.metadata', use: ['bad'] },
        },
        assets: paths(['none.jpg']),
      }),
    ),

  'pipeline-cancelled': async (server) => {
    const job = await server.submit({
      steps: {
        slow: { operation: 'test.echo', params: { delay_ms: 60_000 } },
        slower: { operation: 'test.echo', params: { delay_ms: 60_000 } },
        after: { operation: 'test.echo', use: ['slow'] },
      },
    });
    await server.until(job, isIn('processing'));
    await (await server.jobs.open(job)).control('cancel');
    return untilEnded(server, job);
  },

  /** One step continues in its middle, one was completed, and one had not begun. */
  'pipeline-continued': async (server) => {
    const job = await server.submit(
      {
        steps: {
          text: { operation: 'image.metadata' },
          thumbs: { operation: 'image.transform', params: { width: 32 } },
          sheet: { operation: 'image.contact-sheet', params: { cell: 32 }, use: ['thumbs'] },
        },
        assets: paths(repeat(server.photos, 100)),
      },
      ({ tuning }: RunInput) => ({ tuning: { ...tuning, maxHistoryEvents: 70 } }),
    );
    return listExecutions(server, job);
  },

  /** The history is too long when a step ends. */
  'pipeline-continued-between': async (server) => {
    const job = await server.submit(
      { steps: { one: { ...echo(), use: [] }, two: { ...echo(), use: ['one'] } } },
      ({ tuning }: RunInput) => ({ tuning: { ...tuning, maxHistoryEvents: 8 } }),
    );
    return listExecutions(server, job);
  },

  /** The list of inputs is made by an activity. */
  'pipeline-durable': async (server) =>
    untilEnded(
      server,
      await server.submit(
        { steps: { one: echo(), two: { ...echo(), use: ['one'] } }, assets: paths(server.photos) },
        durableActivities,
      ),
    ),
};
