/** guestkit: jobs that wait for their turn. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createJsonRequest, document, post, statusPoll } from '../../support/clients/guestkit/requests.ts';
import { workerOf } from '../../support/processes.ts';
import { type Darkroom, startDarkroom } from '../../support/server.ts';

let small: Darkroom;
const ask = createJsonRequest(() => small);
const untilStatus = statusPoll(ask);

beforeAll(async () => {
  small = await startDarkroom({ env: { DARKROOM_GUESTKIT_MAX_QUEUE_SIZE: '3', DARKROOM_IO_SLOTS: '1' } });
});
afterAll(() => small.dispose());

const slow = (id: string) =>
  ask('/api/v1/jobs', post(document(id, { operation: 'test.echo', data: { delay_ms: 600_000 } })));
/** Again and again: the worker was stopped, and Temporal may be slow to answer. */
const cancel = (id: string) =>
  expect
    .poll(async () => (await small.request(`/v1/jobs/${id}/cancel`, { method: 'POST' })).status)
    .toBeOneOf([202, 409]);

/** Jobs that no worker has seen, as Temporal lists them. */
async function unseen(): Promise<number> {
  const { body } = await ask('/v1/jobs?state=created&dialect=guestkit');
  return (body as { jobs: unknown[] }).jobs.length;
}

test('the queue has Pending, Assigned and Running jobs, and rejects jobs beyond its limit', async () => {
  await slow('first');
  await untilStatus('first', 'Running');
  await slow('second');
  await untilStatus('second', 'Assigned');
  const worker = await workerOf(small.process.pid);
  process.kill(worker, 'SIGSTOP');
  try {
    await slow('third');
    await untilStatus('third', 'Pending');
    expect(await slow('fourth')).toMatchObject({ status: 201 });
    await expect.poll(unseen).toBe(2);
    const refused = await slow('fifth');
    expect(refused).toMatchObject({
      status: 503,
      body: { error: 'QUEUE_FULL', message: expect.stringContaining('3 jobs are pending') },
    });
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
    // It is there already, and needs no room.
    expect(await slow('third')).toMatchObject({ status: 201 });
    expect(await ask('/api/v1/jobs/fifth')).toMatchObject({ status: 404 });
  } finally {
    process.kill(worker, 'SIGCONT');
  }
  for (const id of ['first', 'second', 'third', 'fourth']) await cancel(id);
  await untilStatus('fourth', 'Failed');
  await expect.poll(async () => (await slow('fifth')).status).toBe(201);
  await cancel('fifth');
  await untilStatus('fifth', 'Failed');
});
