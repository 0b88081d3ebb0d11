/** Jobs whose assets come later: what ends their input, what is refused, and control while they wait. */
import { tsToMs } from '@temporalio/common/lib/time.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Job } from '../../../src/jobs/model/job.ts';
import { type Gate, HELD, makeGate } from '../../support/gate.ts';
import { outcomes, sendAssets, storedBelow } from '../../support/more-assets.ts';
import { type Darkroom, sleep, startStack } from '../../support/stack.ts';
import { temporalOf } from '../../support/temporal.ts';
import { startWeb, type Web } from '../../support/web.ts';

let darkroom: Darkroom;
let web: Web;
let held: Promise<void> = Promise.resolve();
let gate: Gate;

beforeAll(async () => {
  const bytes = Buffer.from('an asset');
  const routes = Object.fromEntries('abcdefgh'.split('').map((name) => [`/${name}`, bytes]));
  web = await startWeb({
    ...routes,
    '/held': (_, response) => void held.then(() => response.end(bytes)),
  });
  gate = await makeGate();
  darkroom = await startStack({ env: gate.env });
});

afterAll(async () => {
  await darkroom.dispose();
  await gate.dispose();
  await web.close();
});

const url = (...names: string[]) => names.map((name) => ({ url: `${web.url}/${name}` }));
const assets = (...names: string[]) => url(...names).map((source) => ({ source }));
const names = async (id: string) => (await outcomes(darkroom, id)).map(({ name }) => name);

type Waiting = { total?: number; quiet_seconds?: number };
const wait = (await_assets: Waiting, ...given: string[]) =>
  darkroom.submit({ operation: 'test.echo', await_assets, assets: assets(...given) });

const control = async (id: string, what: 'pause' | 'resume' | 'cancel') => {
  expect((await darkroom.request(`/v1/jobs/${id}/${what}`, { method: 'POST' })).status).toBe(202);
};

async function transitions(id: string): Promise<string[]> {
  const text = await (await darkroom.request(`/v1/jobs/${id}/events`)).text();
  return text.split('\n\n').flatMap((event) => {
    const data = /^event: state\n(?:.*\n)*data: (.*)$/m.exec(event)?.[1];
    return data ? [(JSON.parse(data) as Job).state] : [];
  });
}

/** When assets came, and periods began and ended, by the history of the job. */
async function timesOf(id: string): Promise<Record<'came' | 'periodsBegun' | 'periodsEnded', number[]>> {
  const temporal = await temporalOf(darkroom);
  try {
    const { events } = await temporal.workflow.getHandle(`job/public/${id}`).fetchHistory();
    // Apart from the time for the first asset, which takes a day.
    const isPeriod = (timer: { startToFireTimeout?: Parameters<typeof tsToMs>[0] } | null | undefined) =>
      !timer || tsToMs(timer.startToFireTimeout) < 60_000;
    const of = (kind: keyof NonNullable<typeof events>[number]) =>
      (events ?? [])
        .filter((event) => event[kind] && isPeriod(event.timerStartedEventAttributes))
        .map(({ eventTime }) => tsToMs(eventTime));
    let task = 0;
    const came: number[] = [];
    for (const event of events ?? []) {
      if (event.workflowTaskStartedEventAttributes) task = tsToMs(event.eventTime);
      // The clock of a workflow stands at the start of its task.
      if (event.workflowExecutionUpdateAcceptedEventAttributes) came.push(task);
    }
    return {
      came,
      periodsBegun: of('timerStartedEventAttributes'),
      periodsEnded: of('timerFiredEventAttributes'),
    };
  } finally {
    await temporal.connection.close();
  }
}

describe('the input is complete', () => {
  test('with the announced number of assets; until then the job waits, and downloads those it has', async () => {
    const { id } = await wait({ total: 4 });
    expect(await darkroom.until(id, 'waiting')).toMatchObject({ assets: { total: 4, downloaded: 0 } });
    const first = await sendAssets(darkroom, id, url('a', 'b'));
    expect(first).toMatchObject({ status: 202, job: { assets: { total: 4 } } });
    await expect.poll(async () => (await darkroom.get(id)).assets.downloaded).toBe(2);
    expect(await darkroom.until(id, 'waiting')).toMatchObject({ state: 'waiting' });
    await sendAssets(darkroom, id, url('c'));
    await sendAssets(darkroom, id, url('d'));
    expect(await darkroom.until(id, 'completed')).toMatchObject({
      progress: 100,
      assets: { total: 4, downloaded: 4, failed: 0 },
    });
    expect(await names(id)).toEqual(['a', 'b', 'c', 'd']);
    const seen = await transitions(id);
    expect(seen.slice(0, 5)).toEqual(['created', 'queued', 'waiting', 'downloading', 'waiting']);
    expect(seen.slice(-3)).toEqual(['processing', 'packaging', 'completed']);
  });

  test('with `final`, whatever number was announced', async () => {
    const { id } = await wait({ total: 10 }, 'a');
    expect(await sendAssets(darkroom, id, url('b'), { final: true })).toMatchObject({ status: 202 });
    expect(await darkroom.until(id, 'completed')).toMatchObject({ assets: { total: 2, downloaded: 2 } });
  });

  test('with `final` without assets', async () => {
    const { id } = await wait({}, 'a', 'b');
    await darkroom.until(id, 'waiting');
    expect(await sendAssets(darkroom, id, [], { final: true })).toMatchObject({ status: 202 });
    await darkroom.until(id, 'completed');
    expect(await names(id)).toEqual(['a', 'b']);
  });

  test('after a quiet period, which starts with the first asset and restarts with each', async () => {
    // Longer than a call takes on a busy machine.
    const { id } = await wait({ quiet_seconds: 15 });
    await darkroom.until(id, 'waiting');
    expect((await timesOf(id)).periodsBegun).toEqual([]);
    for (const name of ['a', 'b', 'c', 'd']) {
      expect(await sendAssets(darkroom, id, url(name))).toMatchObject({ status: 202 });
      await sleep(300);
    }
    await darkroom.until(id, 'completed');
    expect(await names(id)).toEqual(['a', 'b', 'c', 'd']);
    // By Temporal's clock, whatever ours did meanwhile.
    const { came, periodsEnded } = await timesOf(id);
    expect(came.length).toBe(4);
    expect((periodsEnded.at(-1) ?? 0) - (came.at(-1) ?? 0)).toBeGreaterThanOrEqual(15_000);
  });

  test('with the submission, if it has all assets', async () => {
    const { id } = await wait({ total: 2 }, 'a', 'b');
    await darkroom.until(id, 'completed');
    expect(await transitions(id)).not.toContain('waiting');
  });

  test('with too few assets for the operation: the job fails, and no rerun adds assets', async () => {
    const { id } = await darkroom.submit({ operation: 'image.transform', await_assets: {} });
    await sendAssets(darkroom, id, [], { final: true });
    expect(await darkroom.until(id, 'failed')).toMatchObject({ error: { code: 'too_few_assets' } });
    const rerun = await darkroom.request(`/v1/jobs/${id}/rerun`, { method: 'POST' });
    expect(rerun.status).toBe(409);
    expect(await rerun.json()).toMatchObject({ code: 'job_not_rerunnable' });
  });
});

describe('a call is rejected as a whole', () => {
  test('with more assets than announced, and leaves nothing', async () => {
    const { id } = await wait({ total: 3 }, 'a', 'b');
    expect(await sendAssets(darkroom, id, url('c', 'd'))).toMatchObject({
      status: 409,
      code: 'too_many_assets',
    });
    expect(await storedBelow(darkroom, id, 'sealed/')).toEqual([]);
    expect((await darkroom.get(id)).assets.total).toBe(3);
    await sendAssets(darkroom, id, url('h'));
    await darkroom.until(id, 'completed');
    expect(await names(id)).toEqual(['a', 'b', 'h']);
    expect(await storedBelow(darkroom, id, 'sealed/')).toHaveLength(1);
  });

  test('with more assets than the operation accepts', async () => {
    const { id } = await wait({}, 'a');
    const many = Array.from({ length: 10_000 }, () => ({ path: 'none' }));
    expect(await sendAssets(darkroom, id, many)).toMatchObject({ status: 409, code: 'too_many_assets' });
    expect(await storedBelow(darkroom, id, 'sealed/')).toEqual([]);
    await control(id, 'cancel');
  });

  test('after the input is complete, while the job runs and after its end', async () => {
    const { id } = await darkroom.submit({
      operation: HELD,
      await_assets: {},
      assets: assets('a'),
    });
    await sendAssets(darkroom, id, [], { final: true });
    await darkroom.until(id, 'processing');
    const refused = { status: 409, code: 'input_closed' };
    expect(await sendAssets(darkroom, id, url('b'))).toMatchObject(refused);
    await gate.open();
    await darkroom.until(id, 'completed');
    expect(await sendAssets(darkroom, id, url('b'))).toMatchObject(refused);
    expect(await names(id)).toEqual(['a']);
    expect(await storedBelow(darkroom, id, 'sealed/')).toEqual([]);
  });

  test('by a job that never waited, by an unknown job, and without assets', async () => {
    const { id } = await darkroom.submit({ operation: 'test.echo', params: { delay_ms: 1000 } });
    expect(await sendAssets(darkroom, id, url('a'))).toMatchObject({ status: 409, code: 'input_closed' });
    expect(await sendAssets(darkroom, 'nobody', url('a'))).toMatchObject({
      status: 404,
      code: 'job_not_found',
    });
    const waiting = await wait({});
    expect(await sendAssets(darkroom, waiting.id, [])).toMatchObject({
      status: 422,
      code: 'invalid_request',
    });
    await control(waiting.id, 'cancel');
  });
});

describe('a repeated call', () => {
  test('with one Idempotency-Key adds its assets once; another key is another call', async () => {
    const { id } = await wait({});
    for (const key of ['one', 'one', 'two', 'one'])
      expect(await sendAssets(darkroom, id, url('a', 'b'), { key })).toMatchObject({ status: 202 });
    expect((await darkroom.get(id)).assets.total).toBe(4);
    const other = { status: 422, code: 'idempotency_key_reused' };
    expect(await sendAssets(darkroom, id, url('c'), { key: 'one' })).toMatchObject(other);
    expect(await sendAssets(darkroom, id, url('a', 'b'), { key: 'one', final: true })).toMatchObject(other);
    const last = [1, 2].map(() => sendAssets(darkroom, id, url('c'), { key: 'last', final: true }));
    expect((await Promise.all(last)).map(({ status }) => status)).toEqual([202, 202]);
    await darkroom.until(id, 'completed');
    // Whoever lost the answer to the last call may ask again, however late; others are refused.
    expect(await sendAssets(darkroom, id, url('c'), { key: 'last', final: true })).toMatchObject({
      status: 202,
      job: { state: 'completed' },
    });
    expect(await sendAssets(darkroom, id, url('c'), { key: 'later' })).toMatchObject({
      status: 409,
      code: 'input_closed',
    });
    expect(await names(id)).toEqual(['a', 'b', 'a', 'b', 'c']);
    expect(await storedBelow(darkroom, id, 'sealed/')).toHaveLength(3);
  });
});

describe('a waiting job', () => {
  test('that is paused accepts assets and downloads them after it is resumed', async () => {
    const { id } = await wait({ total: 2 });
    await darkroom.until(id, 'waiting');
    await control(id, 'pause');
    await expect.poll(async () => (await darkroom.get(id)).paused).toBe(true);
    const before = web.fetched.length;
    expect(await sendAssets(darkroom, id, url('a', 'b'))).toMatchObject({ status: 202 });
    await sleep(1500);
    expect(web.fetched.length).toBe(before);
    expect(await darkroom.get(id)).toMatchObject({ paused: true, assets: { total: 2, downloaded: 0 } });
    await control(id, 'resume');
    expect(await darkroom.until(id, 'completed')).toMatchObject({ assets: { downloaded: 2 } });
  });

  test('that is cancelled ends at once, rejects assets, and cannot be rerun without its missing assets', async () => {
    const { id } = await wait({ quiet_seconds: 600 }, 'a');
    await darkroom.until(id, 'waiting');
    await control(id, 'cancel');
    await darkroom.until(id, 'cancelled');
    expect(await sendAssets(darkroom, id, url('b'))).toMatchObject({ status: 409, code: 'input_closed' });
    const rerun = await darkroom.request(`/v1/jobs/${id}/rerun`, { method: 'POST' });
    expect([rerun.status, ((await rerun.json()) as { code: string }).code]).toEqual([
      409,
      'job_not_rerunnable',
    ]);
  });

  test('that failed because of an asset rejects assets', async () => {
    const { id } = await wait({}, 'missing');
    expect(await darkroom.until(id, 'failed')).toMatchObject({ error: { code: 'asset_not_found' } });
    expect(await sendAssets(darkroom, id, url('a'))).toMatchObject({ status: 409, code: 'input_closed' });
  });

  test('that is paused during a download finishes it and starts no other', async () => {
    let open = () => {};
    held = new Promise((resolve) => {
      open = resolve;
    });
    const { id } = await wait({ total: 2 }, 'held');
    await darkroom.until(id, 'downloading');
    await control(id, 'pause');
    await sendAssets(darkroom, id, url('a'));
    open();
    await expect.poll(async () => (await darkroom.get(id)).assets.downloaded).toBe(1);
    await sleep(500);
    expect(await darkroom.get(id)).toMatchObject({ paused: true, assets: { total: 2, downloaded: 1 } });
    await control(id, 'resume');
    await darkroom.until(id, 'completed');
  });
});
