/** Callbacks: the events that a client chose, delivery on request, and secrets that are being replaced. */
import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Keyring } from '../../../src/auth/keyring.ts';
import type { Delivery } from '../../../src/jobs/model/delivery.ts';
import type { Job } from '../../../src/jobs/model/job.ts';
import { type CallbackEvent, callbackEvents } from '../../../src/jobs/model/job-spec.ts';
import { sendAssets } from '../../support/more-assets.ts';
import { type Darkroom, sleep, startStack } from '../../support/stack.ts';
import { startWeb, type Web } from '../../support/web.ts';

const oldKey = randomBytes(32);
const newKey = randomBytes(32);
const secretOf = (key: Buffer) => new Keyring([key]).webhookSecrets('public')[0];

let darkroom: Darkroom;
let web: Web;
/** What the receiver answers next; afterwards 204. */
let answers: number[] = [];

const start = (keys: Buffer[], schedule: string, dataDir?: string) =>
  startStack({
    ...(dataDir === undefined ? {} : { dataDir }),
    env: {
      DARKROOM_MASTER_KEY: keys.map((key) => key.toString('base64')).join(','),
      DARKROOM_CALLBACK_SCHEDULE_MS: schedule,
    },
  });

beforeAll(async () => {
  web = await startWeb({
    '/hook': (_, response) => void response.writeHead(answers.shift() ?? 204).end(),
    '/asset': Buffer.from('an asset'),
  });
  darkroom = await start([oldKey], '600000');
});

afterAll(async () => {
  await darkroom.dispose();
  await web.close();
});

interface Call {
  readonly id: string;
  readonly type: CallbackEvent;
  readonly timestamp: string;
  readonly data: Job & { links: Record<string, string> };
}

/** Callbacks of a job that came so far, each verified as a receiver with this secret does. */
function callsOf(id: string, secret = secretOf(oldKey)): Call[] {
  return web.received.flatMap(({ headers, body }): Call[] => {
    if ((JSON.parse(body) as Call).data.id !== id) return [];
    const verified = new Webhook(secret).verify(body, headers as Record<string, string>) as Call;
    return [{ ...verified, id: String(headers['webhook-id']) }];
  });
}

const deliveriesOf = async (id: string) =>
  ((await (await darkroom.request(`/v1/jobs/${id}/deliveries`)).json()) as { deliveries: Delivery[] })
    .deliveries;
const statuses = async (id: string) =>
  (await deliveriesOf(id)).map(({ state, attempts }) => [state, ...attempts.map(({ status }) => status)]);
const redeliver = (id: string, which: string | number) =>
  darkroom.request(`/v1/jobs/${id}/deliveries/${which}/redeliver`, { method: 'POST' });
const control = (id: string, what: string) => darkroom.request(`/v1/jobs/${id}/${what}`, { method: 'POST' });

async function echo(): Promise<string> {
  const { id } = await darkroom.submit({ operation: 'system.echo', callback: { url: `${web.url}/hook` } });
  await darkroom.until(id, 'completed');
  await expect.poll(async () => (await deliveriesOf(id)).length).toBe(1);
  return id;
}

describe('the requested events', () => {
  test('are all delivered, with an order and a signature', async () => {
    const { id } = await darkroom.submit({
      operation: 'test.echo',
      params: { delay_ms: 1000 },
      await_assets: { total: 1 },
      callback: { url: `${web.url}/hook`, events: [...callbackEvents] },
    });
    await darkroom.until(id, 'waiting');
    await control(id, 'pause');
    await expect.poll(async () => (await darkroom.get(id)).paused).toBe(true);
    await control(id, 'resume');
    await expect.poll(async () => (await darkroom.get(id)).paused).toBe(false);
    await sendAssets(darkroom, id, [{ url: `${web.url}/asset` }]);
    await darkroom.until(id, 'completed');
    const wanted: CallbackEvent[] = [
      'job.queued',
      'job.waiting',
      'job.paused',
      'job.resumed',
      'job.downloading',
      'job.processing',
      'job.packaging',
      'job.completed',
    ];
    await expect.poll(() => callsOf(id).length).toBe(wanted.length);
    // A delivery is listed a moment after the receiver has it.
    await expect.poll(async () => (await deliveriesOf(id)).length).toBe(wanted.length);
    const calls = callsOf(id);
    const order = new Map((await deliveriesOf(id)).map((delivery) => [delivery.id, delivery.seq]));
    calls.sort((a, b) => (order.get(a.id) ?? 0) - (order.get(b.id) ?? 0));
    expect(calls.map(({ type }) => type)).toEqual(wanted);
    expect(calls.map(({ data }) => data.state)).toEqual([
      'queued',
      'waiting',
      'waiting',
      'waiting',
      'downloading',
      'processing',
      'packaging',
      'completed',
    ]);
    expect(calls.map(({ data }) => data.paused)).toEqual([false, false, true, ...Array(5).fill(false)]);
    const times = calls.map(({ timestamp }) => timestamp);
    expect(times).toEqual([...times].sort());
    expect((await deliveriesOf(id)).map(({ event, state }) => [event, state])).toEqual(
      wanted.map((event) => [event, 'delivered']),
    );
  });

  test('are the only ones', async () => {
    const { id } = await darkroom.submit({
      operation: 'test.echo',
      params: { delay_ms: 600_000 },
      callback: { url: `${web.url}/hook`, events: ['job.processing', 'job.cancelled'] },
    });
    await darkroom.until(id, 'processing');
    await control(id, 'cancel');
    await darkroom.until(id, 'cancelled');
    await expect.poll(() => callsOf(id).map(({ type }) => type)).toEqual(['job.processing', 'job.cancelled']);
  });
});

describe('redelivery', () => {
  test('of a delivered callback has the same id, and each attempt is listed', async () => {
    const id = await echo();
    const [delivery] = await deliveriesOf(id);
    for (const [which, count] of [
      [delivery?.id ?? '', 2],
      [1, 3],
    ] as const) {
      const response = await redeliver(id, which);
      expect(response.status).toBe(202);
      expect(await response.json()).toMatchObject({ id: delivery?.id, state: 'delivered' });
      await expect.poll(() => callsOf(id).length).toBe(count);
      await expect.poll(async () => (await deliveriesOf(id))[0]?.attempts.length).toBe(count);
    }
    expect(new Set(callsOf(id).map((call) => call.id)).size).toBe(1);
    expect(await statuses(id)).toEqual([['delivered', 204, 204, 204]]);
  });

  test('of one that waits for its next attempt is immediate', async () => {
    answers = [503];
    const id = await echo();
    await expect.poll(() => statuses(id)).toEqual([['pending', 503]]);
    // Its workflow starts a moment later; a redelivery before or after that makes no difference.
    expect((await redeliver(id, 1)).status).toBe(202);
    await expect.poll(() => statuses(id)).toEqual([['delivered', 503, 204]]);
    await sleep(1000);
    expect(callsOf(id)).toHaveLength(2);
  });

  test('of a failed one can fail again', async () => {
    answers = [410];
    const id = await echo();
    await expect.poll(() => statuses(id)).toEqual([['failed', 410]]);
    answers = [500];
    await redeliver(id, 1);
    await expect.poll(() => statuses(id)).toEqual([['pending', 410, 500]]);
    await redeliver(id, 1);
    await expect.poll(() => statuses(id)).toEqual([['delivered', 410, 500, 204]]);
  });

  test('of one that does not exist is 404', async () => {
    const id = await echo();
    for (const which of [0, 2, 'msg_unknown']) {
      const response = await redeliver(id, which);
      expect([response.status, await response.json()]).toMatchObject([404, { code: 'delivery_not_found' }]);
    }
    expect((await redeliver('nobody', 1)).status).toBe(404);
  });
});

test('during a rotation, receivers can verify with the old and the new secret', async () => {
  const before = await echo();
  await darkroom.stop();
  darkroom = await start([newKey, oldKey], '600000', darkroom.dataDir);
  const after = await echo();
  for (const key of [oldKey, newKey]) expect(callsOf(after, secretOf(key))).toHaveLength(1);
  expect(() => callsOf(after, secretOf(randomBytes(32)))).toThrow();
  // Delivered before the change, and again after it. A token that was encrypted with the old key can still be read.
  expect(() => callsOf(before, secretOf(newKey))).toThrow();
  await redeliver(before, 1);
  await expect.poll(() => callsOf(before).length).toBe(2);
  web.received.splice(0, web.received.findIndex(({ body }) => body.includes(after)) + 1);
  expect(callsOf(before, secretOf(newKey))).toHaveLength(1);
});
