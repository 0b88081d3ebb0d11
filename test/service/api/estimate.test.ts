/** When a job will be done, on a whole server: unknown at first, and known once like jobs have ended. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Job } from '../../../src/jobs/model/job.ts';
import { type Darkroom, sleep, startDarkroom } from '../../support/server.ts';

let darkroom: Darkroom;
beforeAll(async () => {
  darkroom = await startDarkroom();
});
afterAll(() => darkroom.dispose());

interface Watched {
  readonly state: string;
  readonly estimated_completion: { at: string; earliest: string; latest: string } | null;
}

const DELAY_MS = 4000;
const slow = { operation: 'test.echo', params: { delay_ms: DELAY_MS } };

const time = (text: string | null) => Date.parse(text ?? '');
const durationOf = ({ started_at, completed_at }: Job) => time(completed_at) - time(started_at);

async function whileProcessing(id: string): Promise<Watched> {
  for (;;) {
    const job = (await (await darkroom.request(`/v1/jobs/${id}`)).json()) as Watched;
    if (job.state === 'processing') return job;
    await sleep(50);
  }
}

test('is null until three like jobs have ended, and then about as long as they took', async () => {
  const first = await darkroom.submit(slow);
  expect((await whileProcessing(first.id)).estimated_completion).toBeNull();
  const others = [await darkroom.submit(slow), await darkroom.submit(slow)];
  const took: number[] = [];
  for (const { id } of [first, ...others]) took.push(durationOf(await darkroom.until(id, 'completed')));

  // A server that has just answered "unknown" asks again after a while; one that starts asks at once.
  await darkroom.stop();
  darkroom = await startDarkroom({ dataDir: darkroom.dataDir });
  const { id } = await darkroom.submit(slow);
  const { estimated_completion: estimate } = await whileProcessing(id);
  const ended = await darkroom.until(id, 'completed');
  if (!estimate) throw new Error('There is no estimate');
  expect(time(estimate.earliest)).toBeLessThanOrEqual(time(estimate.at));
  expect(time(estimate.at)).toBeLessThanOrEqual(time(estimate.latest));
  // Not what a clock says, but that it is an estimate of this job: within the time that one takes.
  expect(Math.abs(time(estimate.at) - time(ended.completed_at))).toBeLessThan(
    Math.max(...took, durationOf(ended)),
  );
});
