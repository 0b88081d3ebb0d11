/** The request of a job, as `GET …/request` returns it. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Darkroom, startStack } from '../../support/stack.ts';

let darkroom: Darkroom;
beforeAll(async () => {
  darkroom = await startStack();
});
afterAll(() => darkroom.dispose());

const request = async (id: string) => {
  const response = await darkroom.request(`/v1/jobs/${id}/request`);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};

test('has parameters with defaults, assets and the callback URL, without secrets', async () => {
  const url = 'http://127.0.0.1:9/a.jpg?X-Amz-Signature=hush';
  const { id } = await darkroom.submit({
    operation: 'image.transform',
    params: { width: 9 },
    assets: [
      { source: { url }, attributes: { frame: 7 } },
      { name: 'b.jpg', source: { path: 'b.jpg' } },
    ],
    callback: { url: 'http://127.0.0.1:9/hooks/secret', token: 'hush' },
    keep_days: 2,
  });
  const { status, body } = await request(id);
  expect(status).toBe(200);
  expect(JSON.stringify(body)).not.toMatch(/hush|secret/);
  expect(body).toMatchObject({
    operation: 'image.transform',
    params: { width: 9, fit: 'inside' },
    assets: {
      total: 2,
      shown: [
        { name: null, source: { url: 'http://127.0.0.1:9/a.jpg?…' }, attributes: { frame: 7 } },
        { name: 'b.jpg', source: { path: 'b.jpg' }, checksum: null },
      ],
    },
    callback: { url: 'http://127.0.0.1:9/…', events: ['job.completed', 'job.failed', 'job.cancelled'] },
    keep_days: 2,
  });
  await darkroom.until(id, 'failed');
  expect((await request(id)).body).toEqual(body);
});

test('has the first assets of a long list, and their number', async () => {
  const assets = Array.from({ length: 1500 }, (_, index) => ({ source: { path: `gone/${index}.jpg` } }));
  const { id } = await darkroom.submit({ operation: 'image.contact-sheet', assets });
  const { assets: returned } = (await request(id)).body as {
    assets: { total: number; shown: { source: unknown }[] };
  };
  expect([returned.total, returned.shown.length]).toEqual([1500, 200]);
  expect(returned.shown[199]?.source).toEqual({ path: 'gone/199.jpg' });
});

test('of an unknown job is 404', async () => {
  expect(await request('nobody')).toMatchObject({ status: 404, body: { code: 'job_not_found' } });
});

test('lists show the progress of running jobs', async () => {
  const { id } = await darkroom.submit({ operation: 'test.echo', params: { delay_ms: 6000 } });
  const listed = async () => {
    const { jobs } = (await (await darkroom.request('/v1/jobs')).json()) as {
      jobs: { id: string; progress: number }[];
    };
    return jobs.find((job) => job.id === id)?.progress ?? 0;
  };
  await expect.poll(listed).toBeGreaterThan(20);
  await darkroom.request(`/v1/jobs/${id}/cancel`, { method: 'POST' });
});
