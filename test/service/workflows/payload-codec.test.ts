/** A darkroom whose payloads in Temporal are encrypted by the example codec. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Client } from '@temporalio/client';
import proto, { type temporal } from '@temporalio/proto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Job } from '../../../src/jobs/model/job.ts';
import { createClient } from '../../../src/temporal/connection.ts';
import { workflowIdOf } from '../../../src/temporal/names.ts';
import { replayNamespace } from '../../../src/temporal/replay.ts';
import { type Lab, startLab } from '../../support/lab.ts';
import { startWeb, type Web } from '../../support/web.ts';

const { History, HistoryEvent } = proto.temporal.api.history.v1;
const { DescribeWorkflowExecutionResponse } = proto.temporal.api.workflowservice.v1;

const example = (file: string) =>
  fileURLToPath(new URL(`../../../examples/payload-codec/${file}`, import.meta.url));

/** Stands in parameters, labels, addresses, errors and reasons of all jobs here. */
const NEEDLE = 'n33dle';
const keysBefore = process.env['PAYLOAD_KEYS'];

let lab: Lab;
let web: Web;
/** Sees payloads as they are in Temporal. */
let plain: Client;

beforeAll(async () => {
  process.env['PAYLOAD_KEYS'] = Buffer.alloc(32, 7).toString('base64');
  web = await startWeb({ [`/${NEEDLE}/hook`]: (_request, response) => response.writeHead(204).end() });
  lab = await startLab({
    env: { DARKROOM_PAYLOAD_CODEC: example('codec.mjs'), DARKROOM_CALLBACK_SCHEDULE_MS: '100' },
  });
  const { dataConverter: _, ...target } = lab.temporal;
  plain = createClient(target);
});

afterAll(async () => {
  await plain.connection.close();
  await lab.dispose();
  await web.close();
  if (keysBefore === undefined) delete process.env['PAYLOAD_KEYS'];
  else process.env['PAYLOAD_KEYS'] = keysBefore;
});

const submit = (params: object, more: object = {}) =>
  lab.submit({
    operation: 'test.echo',
    params: { word: NEEDLE, ...params },
    labels: { of: NEEDLE },
    ...more,
  });

const open = (job: Job) => lab.jobs.open(job);
const ended = (job: Job) => lab.until(job, 'completed', 'failed', 'cancelled');

test('progress, retries, lists, reruns and callbacks work', async () => {
  const running = await submit({ delay_ms: 600_000 });
  await expect.poll(async () => (await open(running)).job.progress).toBeGreaterThan(0);
  const retried = await submit({ fail: 'transient', fail_times: 4 });
  const errors = async () => (await open(retried)).pending.map(({ error }) => error?.message);
  await expect
    .poll(errors)
    .toContainEqual(expect.stringMatching(/^Attempt \d failed because the parameter "fail" requests it$/));
  await (await open(retried)).control('cancel');
  await (await open(running)).control('cancel', `no ${NEEDLE}`);
  expect(await ended(running)).toMatchObject({
    state: 'cancelled',
    error: { message: `The job was cancelled: no ${NEEDLE}` },
  });

  const job = await submit({}, { callback: { url: `${web.url}/${NEEDLE}/hook` } });
  expect(await ended(job)).toMatchObject({ state: 'completed', labels: { of: NEEDLE } });
  await (await open(job)).rerun({});
  await expect.poll(async () => (await open(job)).job).toMatchObject({ run: 2, state: 'completed' });
  await expect.poll(() => web.received.length).toBe(2);
  const { jobs } = await lab.jobs.list('public', {}, { limit: 10 });
  expect(jobs.find(({ id }) => id === job.id)).toMatchObject({ run: 2, labels: { of: NEEDLE } });
  expect(jobs.find(({ id }) => id === running.id)).toMatchObject({ state: 'cancelled' });
});

test('a job without a record is read from its encrypted input', async () => {
  const job = await submit({ delay_ms: 600_000 });
  await lab.until(job, 'processing');
  await plain.workflow.getHandle(workflowIdOf(job)).terminate('gone');
  expect(await ended(job)).toMatchObject({ state: 'failed', error: { code: 'terminated' } });
  expect((await (await open(job)).request())?.params).toMatchObject({ word: NEEDLE });
});

test('messages of people, who encrypt nothing, are understood', async () => {
  const job = await submit({}, { await_assets: {} });
  await lab.until(job, 'waiting');
  await plain.workflow.getHandle(workflowIdOf(job)).signal('cancel', 'by hand');
  expect((await ended(job)).error?.message).toBe('The job was cancelled: by hand');
});

test('histories and memos in Temporal contain nothing of a job but names and states', async () => {
  const failed = await submit({}, { assets: [{ source: { url: `${web.url}/${NEEDLE}.jpg` } }] });
  expect((await ended(failed)).error?.message).toContain(NEEDLE);
  const failing = await submit({ fail: 'permanent' });
  await ended(failing);
  for (const job of [failed, failing]) {
    const handle = plain.workflow.getHandle(workflowIdOf(job));
    await handle.result().catch(() => undefined);
    const history = History.encode(History.fromObject(await handle.fetchHistory())).finish();
    const { raw } = await handle.describe().catch(() => ({ raw: null }));
    expect(raw).toBeNull();
    const description = DescribeWorkflowExecutionResponse.encode(
      await plain.workflowService.describeWorkflowExecution({
        namespace: lab.temporal.namespace,
        execution: { workflowId: workflowIdOf(job) },
      }),
    ).finish();
    for (const bytes of [history, description]) {
      const text = Buffer.from(bytes).toString('latin1');
      expect(text).toContain('binary/encrypted');
      expect(text).not.toContain(NEEDLE);
      expect(text).not.toContain('requests it');
    }
  }
});

test('replay reads the histories of a namespace', async () => {
  const replays = [];
  for await (const replay of replayNamespace(lab.client, lab.temporal, 5)) replays.push(replay);
  expect(replays).toHaveLength(5);
  expect(replays.filter(({ error }) => error !== null)).toEqual([]);
});

test('the codec server decodes payloads for the Web UI', async () => {
  const env = { ...process.env, CODEC_PORT: '0', CODEC_ORIGIN: 'https://ui.example' };
  const server = spawn(process.execPath, [example('server.mjs')], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [line] = (await once(server.stdout, 'data')) as [Buffer];
    const url = /http:\/\/\S+/.exec(line.toString())?.[0];
    const job = await submit({});
    await ended(job);
    const { events } = await plain.workflow.getHandle(workflowIdOf(job)).fetchHistory();
    const [first] = (events ?? []) as [temporal.api.history.v1.IHistoryEvent];
    // As the Web UI gets it: JSON, with bytes in base64.
    const event = HistoryEvent.toObject(HistoryEvent.fromObject(first), { bytes: String, longs: String });
    const { payloads } = event['workflowExecutionStartedEventAttributes'].input;
    const headers = {
      origin: 'https://ui.example',
      'content-type': 'application/json',
      'x-namespace': 'default',
    };
    const preflight = await fetch(`${url}/decode`, { method: 'OPTIONS', headers });
    const response = await fetch(`${url}/decode`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ payloads }),
    });
    for (const { headers: answer } of [preflight, response])
      expect(answer.get('access-control-allow-origin')).toBe('https://ui.example');
    const decoded = (await response.json()) as { payloads: { data: string }[] };
    const input: unknown = JSON.parse(Buffer.from(decoded.payloads[0]?.data ?? '', 'base64').toString());
    expect(input).toMatchObject({ header: { id: job.id } });
    expect(JSON.stringify(input)).toContain(NEEDLE);
    const bad = await fetch(`${url}/decode`, {
      method: 'POST',
      headers,
      body: JSON.stringify({
        payloads: [{ metadata: { encoding: btoa('binary/encrypted') }, data: btoa('nothing') }],
      }),
    });
    expect(bad.status).toBe(400);
  } finally {
    server.kill();
    await once(server, 'exit');
  }
});
