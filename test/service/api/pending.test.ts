/** What a job does now, or waits for. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { WatchedJob } from '../../../src/client/client.ts';
import { cli } from '../../support/cli.ts';
import { type Gate, HELD, makeGate } from '../../support/gate.ts';
import { freePort } from '../../support/ports.ts';
import { type Darkroom, startStack } from '../../support/stack.ts';

let darkroom: Darkroom;
let gate: Gate;
beforeAll(async () => {
  gate = await makeGate('cpu');
  darkroom = await startStack({ env: { DARKROOM_CPU_SLOTS: '1', ...gate.env } });
});
afterAll(async () => {
  await darkroom.dispose();
  await gate.dispose();
});

const pending = async (id: string) => ((await darkroom.get(id)) as unknown as WatchedJob).pending;
const cancel = (id: string) => darkroom.request(`/v1/jobs/${id}/cancel`, { method: 'POST' });

test('shows a running activity, and nothing after its end', async () => {
  const before = Date.now();
  const { id } = await darkroom.submit({ operation: 'test.echo', params: { delay_ms: 600_000 } });
  await darkroom.until(id, 'processing');
  await expect
    .poll(() => pending(id))
    .toMatchObject([
      {
        kind: 'stage',
        state: 'running',
        task_queue: 'darkroom',
        attempt: 1,
        next_attempt_at: null,
        error: null,
      },
    ]);
  const [running] = await pending(id);
  const since = Date.parse(running?.since ?? '');
  expect(since).toBeGreaterThanOrEqual(before);
  expect(since).toBeLessThanOrEqual(Date.now());
  await cancel(id);
  await darkroom.until(id, 'cancelled');
  expect(await pending(id)).toEqual([]);
});

test('shows a retried activity with the error and the time of the next attempt', async () => {
  const url = `http://127.0.0.1:${await freePort()}/gone.jpg`;
  const { id } = await darkroom.submit({
    operation: 'image.transform',
    params: { width: 9 },
    assets: [{ source: { url } }],
  });
  let seen: WatchedJob['pending'] = [];
  const look = async () => {
    seen = await pending(id);
    return seen;
  };
  await expect
    .poll(look)
    .toMatchObject([{ kind: 'download', state: 'retrying', error: { code: 'asset_unreachable' } }]);
  const [retrying] = seen;
  expect(retrying?.attempt).toBeGreaterThan(1);
  expect(retrying?.error?.message).toContain('gone.jpg');
  // Between two attempts, which grow further apart.
  await expect
    .poll(async () => (await cli(['status', id, '--url', darkroom.url])).stdout)
    .toMatch(/now +(attempt \d in \d+ s; the one before failed: Asset 0|has waited)/);
  await cancel(id);
});

test('shows an activity that waits for a worker with its queue and since when', async () => {
  const submit = async () => (await darkroom.submit({ operation: HELD })).id;
  const ids = await Promise.all([submit(), submit()]);
  const all = async () => (await Promise.all(ids.map(pending))).flat();
  await expect
    .poll(all)
    .toContainEqual(
      expect.objectContaining({ kind: 'stage', state: 'waiting', task_queue: 'darkroom-cpu', attempt: 1 }),
    );
  await Promise.all(ids.map(cancel));
});
