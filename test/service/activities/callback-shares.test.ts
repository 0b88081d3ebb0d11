/** Receivers that never answer, and those who wait behind them. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Lab, startLab } from '../../support/lab.ts';
import { startWeb, type Web } from '../../support/web.ts';

const SLOTS = 8;

let lab: Lab;
let web: Web;
/** Callbacks that the silent receiver holds. */
let held = 0;
let mostHeld = 0;

beforeAll(async () => {
  web = await startWeb({
    '/silent': (_, response) => {
      mostHeld = Math.max(mostHeld, ++held);
      response.once('close', () => held--);
    },
    '/hook': (_, response) => void response.writeHead(204).end(),
  });
  const env = {
    DARKROOM_IO_SLOTS: String(SLOTS),
    DARKROOM_CALLBACK_TIMEOUT_MS: '50000',
    DARKROOM_CALLBACK_SCHEDULE_MS: '100,100,100',
  };
  lab = await startLab({ env });
});
afterAll(async () => {
  await web.close();
  await lab.dispose();
});

const submit = (tenant: string, url: string) =>
  lab.submit({ operation: 'system.echo', callback: { url } }, tenant);

test('receivers that never answer hold no callbacks of other tenants, nor those to other hosts', async () => {
  const silent = `${web.url.replace('127.0.0.1', 'localhost')}/silent`;
  await Promise.all(Array.from({ length: 1.5 * SLOTS }, () => submit('slow', silent)));
  await expect.poll(() => held).toBe(SLOTS / 2);

  const others = ['other', 'slow', 'third', 'other'];
  for (const tenant of others) await submit(tenant, `${web.url}/hook`);
  const received = () => web.received.filter(({ path }) => path === '/hook').length;
  await expect.poll(received).toBe(others.length);
  // Those that wait for a slot were tried again meanwhile. None got more than the share of its host.
  expect([held, mostHeld]).toEqual([SLOTS / 2, SLOTS / 2]);
});
