/** Callbacks that do not arrive at once. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Delivery } from '../../../src/jobs/model/delivery.ts';
import { freePort } from '../../support/ports.ts';
import { type Darkroom, startStack } from '../../support/stack.ts';
import { startWeb, type Web } from '../../support/web.ts';

let darkroom: Darkroom;
let web: Web;
let answers: number[] = [];
/** A job whose receiver never answers. */
let silent: string;

beforeAll(async () => {
  web = await startWeb({
    '/hook': (_, response) => {
      const status = answers.shift() ?? 204;
      response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end();
    },
    '/silent': () => undefined,
  });
  darkroom = await startStack({
    env: { DARKROOM_CALLBACK_SCHEDULE_MS: '300,300,300', DARKROOM_CALLBACK_TIMEOUT_MS: '4000' },
  });
  // It takes four times that long, and the other tests need not wait for it.
  silent = await echo(`${web.url}/silent`);
});

afterAll(async () => {
  await darkroom.dispose();
  await web.close();
});

async function echo(url: string, events?: ('job.completed' | 'job.failed')[]): Promise<string> {
  const callback = events ? { url, events } : { url };
  const { id } = await darkroom.submit({ operation: 'system.echo', callback });
  await darkroom.until(id, 'completed');
  return id;
}

async function delivery(id: string): Promise<Delivery> {
  const { deliveries } = (await (await darkroom.request(`/v1/jobs/${id}/deliveries`)).json()) as {
    deliveries: Delivery[];
  };
  if (!deliveries[0]) throw new Error('There is no delivery yet');
  return deliveries[0];
}

describe('a receiver', () => {
  test('that fails or redirects gets further attempts with the same id, until it accepts the callback', async () => {
    answers = [500, 302, 200];
    const before = web.received.length;
    const id = await echo(`${web.url}/hook`);
    await expect.poll(async () => (await delivery(id)).state).toBe('delivered');
    // The callback that is never answered may arrive in between.
    const calls = web.received.slice(before).filter(({ path }) => path === '/hook');
    expect(calls).toHaveLength(3);
    expect(new Set(calls.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect((await delivery(id)).attempts.map(({ status }) => status)).toEqual([500, 302, 200]);
  });

  test('that returns 410 gets no further attempts', async () => {
    answers = [410];
    const id = await echo(`${web.url}/hook`);
    await expect.poll(async () => (await delivery(id).catch(() => null))?.state).toBe('failed');
    expect((await delivery(id)).attempts).toMatchObject([{ status: 410 }]);
  });

  test('that never answers, or does not exist, does not delay the job', async () => {
    const nobody = await echo(`http://127.0.0.1:${await freePort()}/`);
    for (const id of [silent, nobody]) {
      await expect.poll(async () => (await delivery(id).catch(() => null))?.state).toBe('failed');
      expect((await delivery(id)).attempts).toHaveLength(4);
      expect((await delivery(id)).attempts[0]).toMatchObject({ status: null, reason: expect.any(String) });
    }
  });

  test('gets only the requested events', async () => {
    const before = web.received.length;
    await echo(`${web.url}/hook`, ['job.failed']);
    const { id } = await darkroom.submit({
      operation: 'test.echo',
      params: { fail: 'permanent' },
      callback: { url: `${web.url}/hook`, events: ['job.failed'] },
    });
    await darkroom.until(id, 'failed');
    await expect.poll(() => web.received.length).toBe(before + 1);
    expect(JSON.parse(web.received.at(-1)?.body ?? '')).toMatchObject({ type: 'job.failed', data: { id } });
  });
});
