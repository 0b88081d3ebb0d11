/** Submissions that are answered when their job has ended (RFC 7240). */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { beginForm, jobPart, partHead } from '../../support/form-client.ts';
import { type Darkroom, startStack } from '../../support/stack.ts';

let darkroom: Darkroom;
beforeAll(async () => {
  darkroom = await startStack();
});
afterAll(() => darkroom.dispose());

async function submit(prefer: string | null, spec: object) {
  const response = await darkroom.request('/v1/jobs', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(prefer === null ? {} : { prefer }) },
    body: JSON.stringify({ operation: 'test.echo', ...spec }),
  });
  const job = (await response.json()) as Record<string, unknown>;
  return {
    status: response.status,
    applied: response.headers.get('preference-applied'),
    location: response.headers.get('location'),
    job,
  };
}

const quick = { params: { delay_ms: 300 } };
const slow = { params: { delay_ms: 600_000 } };

test.each([
  ['wait=20', 'wait=20'],
  ['respond-async, wait=15', 'wait=15'],
  ['WAIT = "15"; foo', 'wait=15'],
  ['wait=86400', 'wait=50'],
])('%s: returns the ended job', async (prefer, applied) => {
  const answer = await submit(prefer, quick);
  expect(answer).toMatchObject({ status: 200, applied, job: { state: 'completed', progress: 100 } });
  expect(answer.location).toBe(`/v1/jobs/${String(answer.job['id'])}`);
  expect(await darkroom.get(String(answer.job['id']))).toMatchObject({ state: 'completed' });
});

test.each(['wait=1', 'wait=0'])('%s: returns the current job after the timeout', async (prefer) => {
  const answer = await submit(prefer, slow);
  expect(answer).toMatchObject({ status: 202, applied: prefer, job: { completed_at: null } });
  await darkroom.request(`${answer.location}/cancel`, { method: 'POST' });
});

test.each<[string, string | null]>([
  ['nothing', null],
  ...['', 'wait', 'wait=', 'wait=soon', 'wait=-1', 'await=9', 'respond-async', ';;=,"'].map(
    (text): [string, string] => [`"${text}"`, text],
  ),
  ['something long', 'x'.repeat(5000)],
])('%s is no wish to wait', async (_, prefer) => {
  const answer = await submit(prefer, slow);
  expect(answer).toMatchObject({ status: 202, applied: null, job: { state: 'created' } });
  await darkroom.request(`${answer.location}/cancel`, { method: 'POST' });
});

test('a failed job counts as ended; a job that ended before is returned immediately', async () => {
  const spec = { id: 'fails', params: { fail: 'permanent' } };
  for (const answer of [await submit('wait=20', spec), await submit('wait=20', spec)]) {
    expect(answer).toMatchObject({
      status: 200,
      job: { state: 'failed', error: { code: 'operation_failed' } },
    });
  }
});

test('a rejected request is answered immediately', async () => {
  expect(await submit('wait=20', { params: [] })).toMatchObject({ status: 422, applied: null });
});

test('an upload waits for the end', async () => {
  const form = beginForm(`${darkroom.url}/v1/jobs`, { prefer: 'wait=20' });
  await form.write(`${jobPart({ operation: 'test.echo' })}${partHead('a', { fileName: 'a' })}bytes`);
  expect(await form.end()).toMatchObject({
    status: 200,
    headers: { 'preference-applied': 'wait=20' },
    body: { state: 'completed', assets: { total: 1, downloaded: 1 } },
  });
});

test('the wait ends if the job is cancelled or deleted', async () => {
  const cancelled = submit('wait=50', { id: 'cancelled', ...slow });
  await darkroom.until('cancelled', 'processing');
  await darkroom.request('/v1/jobs/cancelled/cancel', { method: 'POST' });
  expect(await cancelled).toMatchObject({ status: 200, job: { state: 'cancelled' } });
  const deleted = submit('wait=50', { id: 'deleted', ...slow });
  await darkroom.until('deleted', 'processing');
  await darkroom.request('/v1/jobs/deleted', { method: 'DELETE' });
  // As it was when it was last seen: cancelled, unless it was gone before anyone looked.
  expect([200, 202]).toContain((await deleted).status);
});
