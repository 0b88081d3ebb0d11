/** What the workflow of a job leaves in Temporal, and that it can be replayed. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { type Api, composeApi, composeWorker } from '../../../src/compose.ts';
import { type Config, readConfig } from '../../../src/config/config.ts';
import type { Job } from '../../../src/jobs/model/job.ts';
import type { jobSpec } from '../../../src/jobs/model/job-spec.ts';
import { isTerminal } from '../../../src/jobs/model/states.ts';
import type { JobArchive } from '../../../src/jobs/ports/job-archive.ts';
import type { TemporalTarget } from '../../../src/temporal/connection.ts';
import { bundlePath } from '../../../src/temporal/worker.ts';
import { photo } from '../../support/photos.ts';
import { installTestRuntime } from '../../support/sdk-runtime.ts';
import { sleep } from '../../support/server.ts';
import { createNamespace } from '../../support/shared-temporal.ts';
import { startWeb, type Web } from '../../support/web.ts';
import { startWorkers } from '../../support/workers.ts';

let dataDir: string;
let temporal: TemporalTarget;
let config: Config;
let api: Api;
let client: Client;
let web: Web;
let stopWorker: () => Promise<void>;
let onCallback: (job: Job) => Promise<void> = async () => undefined;
/** Runs once the end of a job is recorded, before its packaging ends. */
let afterRecord: (job: Job) => Promise<void> = async () => undefined;

beforeAll(async () => {
  installTestRuntime();
  dataDir = await mkdtemp(join(tmpdir(), 'darkroom-test-'));
  web = await startWeb({
    '/coffee.jpg': await photo('coffee.jpg'),
    // It answers once the job has been read.
    '/reader': (_request, response) => {
      const { data } = JSON.parse(web.received.at(-1)?.body ?? '') as { data: Job };
      void onCallback(data).finally(() => response.writeHead(204).end());
    },
  });
  temporal = await createNamespace();
  config = readConfig({
    DARKROOM_DATA: dataDir,
    DARKROOM_ALLOW_NETWORKS: '127.0.0.0/8',
    DARKROOM_FIRST_ASSET_DAYS: '0.00001',
    DARKROOM_NEXT_ASSET_DAYS: '0.00001',
  });
  api = await composeApi(config, temporal);
  client = api.client;
  stopWorker = await startWorker();
});

afterAll(async () => {
  await stopWorker();
  await client.connection.close();
  await web.close();
  await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
});

async function startWorker(): Promise<() => Promise<void>> {
  const scratch = join(dataDir, 'work');
  const archive: JobArchive = {
    ...api.archive,
    saveRecord: async (record) => {
      await api.archive.saveRecord(record);
      await afterRecord(record.job);
    },
  };
  return startWorkers(
    temporal,
    await composeWorker(config, { client, target: temporal, scratch }, { archive }),
  );
}

const submit = async (spec: z.input<typeof jobSpec>): Promise<Job> =>
  (await api.submissions.submit({ tenant: 'public', dialect: 'native' }, spec)).job;

async function ended(job: Job): Promise<Job> {
  for (;;) {
    const now = (await api.jobs.open(job)).job;
    if (isTerminal(now.state)) return now;
    await sleep(50);
  }
}

const processing = async (job: Job) =>
  expect.poll(async () => (await api.jobs.open(job)).job.state).toBe('processing');

const handleOf = ({ tenant, id }: Job) => client.workflow.getHandle(`job/${tenant}/${id}`);

const jobs: [string, z.input<typeof jobSpec>, Job['state']][] = [
  ['an echo', { operation: 'system.echo', params: { a: 1 } }, 'completed'],
  ['a failure', { operation: 'test.echo', params: { fail: 'permanent' } }, 'failed'],
  [
    'a failure that passes',
    { operation: 'test.echo', params: { fail: 'transient', fail_times: 1 } },
    'completed',
  ],
];

describe('the workflow of a job', () => {
  test.each(jobs)('%s', async (_, spec, state) => {
    const job = await submit(spec);
    expect(await ended(job)).toMatchObject({ state });
  });

  test('completes the input of a job that gets no asset in time', async () => {
    const job = await submit({ operation: 'image.transform', await_assets: { total: 3 } });
    const quiet = await submit({ operation: 'image.transform', await_assets: { quiet_seconds: 3600 } });
    const optional = await submit({ operation: 'test.echo', await_assets: {} });
    for (const failed of [job, quiet])
      expect(await ended(failed)).toMatchObject({ state: 'failed', error: { code: 'too_few_assets' } });
    expect(await ended(optional)).toMatchObject({ state: 'completed' });
  });

  test('fails a job that got only some of its assets, and says how many', async () => {
    const asset = { source: { url: `${web.url}/coffee.jpg` } };
    const some = await submit({ operation: 'test.echo', assets: [asset], await_assets: { total: 3 } });
    const none = await submit({ operation: 'test.echo', await_assets: { total: 3 } });
    const endless = await submit({ operation: 'test.echo', assets: [asset, asset], await_assets: {} });
    const expected = [
      [some, /^Only 1 of the 3 announced assets came, and no other one within .* hours$/],
      [none, /^Only 0 of the 3 announced assets came/],
      [endless, /^After 2 assets, neither another one nor "final" came within/],
    ] as const;
    for (const [job, message] of expected)
      expect(await ended(job)).toMatchObject({
        state: 'failed',
        error: { code: 'assets_overdue', message: expect.stringMatching(message) },
      });
  });

  test('the receiver of a callback finds the job ended, and its result', async () => {
    const found = new Promise<Job>((resolve, reject) => {
      onCallback = async ({ id }) => {
        const opened = await api.jobs.open({ tenant: 'public', id });
        await opened.result();
        resolve(opened.job);
      };
      setTimeout(() => reject(new Error('No callback came')), 120_000).unref();
    });
    const { id } = await submit({ operation: 'system.echo', callback: { url: `${web.url}/reader` } });
    expect(await found).toMatchObject({ id, state: 'completed' });
  });

  test('a job that was read as ended stays ended while its packaging is handed to an activity', async () => {
    const read: string[] = [];
    afterRecord = async (job) => {
      const readState = async () => read.push((await api.jobs.open(job)).job.state);
      await readState();
      const isHandedOver = async () => {
        const { raw } = await handleOf(job).describe();
        return raw.pendingActivities?.some(({ activityType }) => activityType?.name === 'packageJob');
      };
      while (!(await isHandedOver())) await sleep(50);
      // Answers are shared for a moment.
      for (let count = 0; count < 5; count++, await sleep(100)) await readState();
    };
    const job = await submit({ operation: 'system.echo', callback: { url: `${web.url}/hook` } });
    await handleOf(job).result();
    afterRecord = async () => undefined;
    expect(read).toEqual(Array(6).fill('completed'));
  });

  test('is shown in Temporal with the outcome of the job and its search attributes', async () => {
    const ok = await submit({ id: 'readable', operation: 'system.echo' });
    const bad = await submit({ operation: 'test.echo', params: { fail: 'permanent' } });
    await Promise.all([ended(ok), ended(bad)]);
    await handleOf(ok).result();
    await handleOf(bad)
      .result()
      .catch(() => undefined);
    const [good, failed] = await Promise.all([handleOf(ok).describe(), handleOf(bad).describe()]);
    expect([good.workflowId, good.status.name, failed.status.name]).toEqual([
      'job/public/readable',
      'COMPLETED',
      'FAILED',
    ]);
    expect(good.searchAttributes).toMatchObject({
      DarkroomOperation: ['system.echo'],
      DarkroomTenant: ['public'],
      DarkroomDialect: ['native'],
    });
    expect(failed.searchAttributes).toMatchObject({ DarkroomState: ['failed'] });
  });

  test('answers the status query with the memo', async () => {
    const job = await submit({ operation: 'test.echo', params: { delay_ms: 600_000 } });
    await processing(job);
    const status = await handleOf(job).query('status');
    const { memo } = await handleOf(job).describe();
    expect(status).toEqual(memo?.['status']);
    expect(status).toMatchObject({ state: 'processing', stage: 'echo' });
    await (await api.jobs.open(job)).control('cancel', 'enough');
    expect((await ended(job)).error?.message).toContain('enough');
    await handleOf(job)
      .result()
      .catch(() => undefined);
    expect((await handleOf(job).describe()).status.name).toBe('CANCELLED');
  });

  test('that is cancelled or terminated in the Web UI is cancelled, or failed with the reason', async () => {
    const [one, two] = await Promise.all(
      [1, 2].map(() => submit({ operation: 'test.echo', params: { delay_ms: 600_000 } })),
    );
    if (!one || !two) throw new Error('unreachable');
    await Promise.all([processing(one), processing(two)]);
    await handleOf(one).cancel();
    await handleOf(two).terminate('took too long');
    expect(await ended(one)).toMatchObject({ state: 'cancelled' });
    expect(await ended(two)).toMatchObject({ state: 'failed', error: { code: 'terminated' } });
    expect((await api.jobs.open(two)).job.error?.message).toContain('took too long');
    const failed = async () => {
      const { jobs } = await api.jobs.list('public', { state: 'failed' }, { limit: 50 });
      return jobs.map(({ id }) => id);
    };
    await expect.poll(failed).toContain(two.id);
  });

  test('contains no secrets in its history', async () => {
    const token = 'token-9f3b';
    const job = await submit({
      operation: 'image.transform',
      assets: [{ source: { url: `${web.url}/coffee.jpg?X-Amz-Signature=presigned-77aa` } }],
      callback: { url: `${web.url}/hook`, token },
    });
    expect(await ended(job)).toMatchObject({ state: 'completed' });
    await expect.poll(() => web.received.at(-1)?.headers.authorization).toBe(`Bearer ${token}`);
    const { raw } = await handleOf(job).describe();
    const history = await handleOf(job).fetchHistory();
    // Payloads are base64 in a history, and bytes in a description.
    const seen = (value: unknown): string =>
      JSON.stringify(value, (_, inner) =>
        inner?.type === 'Buffer' ? Buffer.from(inner.data).toString('base64') : inner,
      ).replace(/"data":"([A-Za-z0-9+/=]+)"/g, (_, data: string) =>
        Buffer.from(data, 'base64').toString('utf8'),
      );
    for (const secret of [token, 'presigned-77aa']) {
      expect(seen(raw)).not.toContain(secret);
      expect(seen(history)).not.toContain(secret);
    }
    expect(seen(history)).toContain('"sealed":');
    expect(seen(raw)).toContain(job.id);
  });

  test('every history replays', async () => {
    const workflows = client.workflow.list({ query: `WorkflowType = 'processJob'` });
    let replayed = 0;
    for await (const { workflowId } of workflows) {
      const history = await client.workflow.getHandle(workflowId).fetchHistory();
      await Worker.runReplayHistory({ workflowBundle: { codePath: bundlePath } }, history, workflowId);
      replayed++;
    }
    expect(replayed).toBeGreaterThan(8);
  });
});
