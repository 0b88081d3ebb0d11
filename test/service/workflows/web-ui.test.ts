/** What Temporal's Web UI shows of a job: read from real histories and metadata, with the fields that the Web UI reads. */
import { defaultPayloadConverter, RawValue } from '@temporalio/common';
import type { temporal } from '@temporalio/proto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DarkroomError } from '../../../src/errors.ts';
import type { Job } from '../../../src/jobs/model/job.ts';
import { isTerminal } from '../../../src/jobs/model/states.ts';
import { callbackIdOf, workflowIdOf } from '../../../src/temporal/names.ts';
import { type Lab, startLab } from '../../support/lab.ts';
import { labOperation } from '../../support/lab-operation.ts';
import { photo } from '../../support/photos.ts';
import { startWeb, type Web } from '../../support/web.ts';

/** temporal.api.enums.v1.ApplicationErrorCategory */
const BENIGN = 1;

const buggy = labOperation('test.buggy', () => {
  throw new DarkroomError('internal', 'A bug');
});

let lab: Lab;
let web: Web;

beforeAll(async () => {
  let answers = 0;
  web = await startWeb({
    '/coffee.jpg': await photo('coffee.jpg'),
    '/hook': (_request, response) => response.writeHead(answers++ === 0 ? 500 : 204).end(),
  });
  lab = await startLab({ operations: [buggy], env: { DARKROOM_CALLBACK_SCHEDULE_MS: '2000' } });
});

afterAll(async () => {
  await lab.dispose();
  await web.close();
});

const assets = (count: number, path = '/coffee.jpg') =>
  Array.from({ length: count }, () => ({ source: { url: web.url + path } }));

const handleOf = (workflowId: string) => lab.client.workflow.getHandle(workflowId);

const eventsOf = async (workflowId: string): Promise<temporal.api.history.v1.IHistoryEvent[]> =>
  (await handleOf(workflowId).fetchHistory()).events ?? [];

/** The summaries of the events of these kinds, each once. */
async function summariesOf(workflowId: string, ...kinds: string[]): Promise<(string | undefined)[]> {
  const events = (await eventsOf(workflowId)).filter((event) =>
    kinds.some((kind) => event[`${kind}EventAttributes` as keyof typeof event]),
  );
  return [
    ...new Set(
      events.map(({ userMetadata }) => {
        const summary = userMetadata?.summary;
        return summary ? defaultPayloadConverter.fromPayload<string>(summary) : undefined;
      }),
    ),
  ];
}

async function ended(job: Job): Promise<Job> {
  const now = await lab.until(job, 'completed', 'failed', 'cancelled');
  await handleOf(workflowIdOf(job))
    .result()
    .catch(() => undefined);
  return now;
}

const metadataOf = async (job: Job): Promise<temporal.api.sdk.v1.IWorkflowMetadata> =>
  handleOf(workflowIdOf(job)).query('__temporal_workflow_metadata');

describe('summaries', () => {
  test('name what each activity, local attempt, timer and child workflow of a job is for', async () => {
    const submit = (count: number) =>
      lab.submit({
        operation: 'image.transform',
        params: { width: 16 },
        assets: assets(count),
        callback: { url: `${web.url}/hook` },
      });
    const failing = await submit(1);
    await ended(failing);
    const large = await submit(20);
    await ended(large);
    const workflowId = workflowIdOf(failing);
    const steps = await summariesOf(workflowId, 'markerRecorded', 'activityTaskScheduled');
    expect(steps.toSorted()).toEqual([
      'callback job.completed · attempt 1',
      'download · asset 0',
      'packaging',
      'transform · asset 0',
    ]);
    expect(await summariesOf(workflowId, 'startChildWorkflowExecutionInitiated')).toEqual([
      `callback job.completed of ${workflowId}`,
    ]);
    const delivery = callbackIdOf(failing, 1, (await lab.jobs.open(failing)).timeline.at(-1)?.seq ?? 0);
    await handleOf(delivery).result();
    expect(
      await handleOf(delivery)
        .describe()
        .then((it) => it.staticSummary()),
    ).toBe(`callback job.completed of ${workflowId}`);
    expect(await summariesOf(delivery, 'timerStarted')).toEqual([
      'callback job.completed · attempt 2 in 2 s',
    ]);
    expect(await summariesOf(delivery, 'activityTaskScheduled')).toEqual([
      'callback job.completed · attempt 2',
    ]);
    expect((await summariesOf(workflowIdOf(large), 'activityTaskScheduled')).toSorted()).toEqual([
      'callback job.completed · attempt 1',
      'download · assets 0–15',
      'download · assets 16–19',
      'packaging',
      'transform · assets 0–15',
      'transform · assets 16–19',
    ]);
  });

  test('of a job that waits say for what', async () => {
    const job = await lab.submit({ operation: 'image.transform', await_assets: { quiet_seconds: 3600 } });
    await lab.until(job, 'waiting');
    expect(await summariesOf(workflowIdOf(job), 'timerStarted')).toEqual(['time for the first asset']);
    await (await lab.jobs.open(job)).control('cancel');
    await ended(job);
  });
});

describe('details', () => {
  test('link the job, and show its state and its error as text', async () => {
    const job = await lab.submit({ operation: 'image.transform', assets: assets(1, '/![x](y)`*z*') });
    expect(await ended(job)).toMatchObject({ state: 'failed' });
    const description = await handleOf(workflowIdOf(job)).describe();
    expect(await description.staticSummary()).toBe('image.transform · 1 asset');
    expect(await description.staticDetails()).toContain(
      `[Job in the console](http://lab.invalid/#/jobs/${job.id}) · [API](http://lab.invalid/v1/jobs/${job.id})`,
    );
    const { currentDetails } = await metadataOf(job);
    expect(currentDetails).toMatch(
      /^\*\*failed\*\* · \d+ %\n\n0 of 1 assets downloaded, 1 failed\n\nasset_\w+: `[^`\n]+`$/,
    );
  });

  test('describe each message that a job accepts', async () => {
    const job = await lab.submit({ operation: 'system.echo' });
    await ended(job);
    const { definition } = await metadataOf(job);
    const { signalDefinitions, updateDefinitions, queryDefinitions } = definition ?? {};
    expect(signalDefinitions?.map(({ name }) => name).toSorted()).toEqual([
      'cancel',
      'outlived',
      'pause',
      'resume',
      'started',
    ]);
    for (const { name, description } of [
      ...(signalDefinitions ?? []),
      ...(updateDefinitions ?? []),
      ...(queryDefinitions ?? []),
    ])
      expect(description, name ?? '').toBeTruthy();
  });
});

describe("a user's error", () => {
  test('is benign, a bug is not', async () => {
    const categoriesOf = async (job: Job) => {
      await ended(job);
      return (await eventsOf(workflowIdOf(job))).flatMap((event) => {
        const failure =
          event.activityTaskFailedEventAttributes?.failure ??
          event.markerRecordedEventAttributes?.failure ??
          event.workflowExecutionFailedEventAttributes?.failure;
        const info = failure?.applicationFailureInfo;
        return info && info.type !== 'unfinished' ? [info.category ?? 0] : [];
      });
    };
    const missing = await lab.submit({ operation: 'image.transform', assets: assets(1, '/none.jpg') });
    expect(await categoriesOf(missing)).toEqual([BENIGN, BENIGN]);
    const failing = await lab.submit({ operation: buggy.name });
    expect((await ended(failing)).error?.code).toBe('internal');
    expect(await categoriesOf(failing)).toEqual([0, 0]);
  });
});

describe('an invalid message', () => {
  const undecodable = RawValue.fromPayload({
    metadata: { encoding: Buffer.from('binary/unknown') },
    data: Buffer.of(1, 2, 3),
  });

  test('changes nothing', async () => {
    const job = await lab.submit({ operation: 'image.transform', await_assets: {}, params: { width: 16 } });
    const waiting = await lab.until(job, 'waiting');
    const handle = handleOf(workflowIdOf(job));
    const invalid: Record<string, unknown[]> = {
      cancel: [{ reason: 'x' }, 7, ['x'], 'x'.repeat(1001), undecodable],
      pause: ['now', {}, undecodable],
      started: ['today', null, { at: 1 }, undecodable],
      outlived: [1, undecodable],
    };
    for (const [name, values] of Object.entries(invalid))
      for (const value of values) await handle.signal(name, value);
    await handle.signal('cancel', undecodable, undecodable);
    await handle.signal('no-such-signal', 1);
    const updates: unknown[] = [
      undefined,
      null,
      'x',
      {},
      { chunks: {}, final: true },
      { chunks: [], final: 1 },
      { chunks: [null], final: true },
      { chunks: [{ count: 0, sealed: 'x' }], final: true },
      { chunks: [{ count: -1, sealed: 'x' }], final: true },
      { chunks: [{ count: 1.5, sealed: 'x' }], final: true },
      { chunks: [{ count: 1, sealed: 1 }], final: true },
      { chunks: [{ count: 1, assets: [{ source: { url: 'http://127.0.0.1/' } }] }], final: true },
      undecodable,
    ];
    for (const value of updates)
      await expect(handle.executeUpdate('addAssets', { args: [value] })).rejects.toThrow(
        'Workflow Update failed',
      );
    const { job: now, pending } = await lab.jobs.open(job);
    expect(now).toEqual(waiting);
    expect(pending).toEqual([]);
    expect(
      (await eventsOf(workflowIdOf(job))).flatMap((event) => event.workflowTaskFailedEventAttributes ?? []),
    ).toEqual([]);
    await handle.signal('cancel', 'enough');
    const end = await ended(job);
    expect(isTerminal(end.state) && end.error?.message).toBe('The job was cancelled: enough');
  });
});
