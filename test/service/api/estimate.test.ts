/** When a job will be done, on a whole server: unknown at first, and known once like jobs have ended. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Job } from '../../../src/jobs/model/job.ts';
import { type Gate, HELD, makeGate } from '../../support/gate.ts';
import { type Darkroom, sleep, startStack } from '../../support/stack.ts';

let darkroom: Darkroom;
let gate: Gate;
beforeAll(async () => {
  gate = await makeGate();
  darkroom = await startStack({ env: gate.env });
});
afterAll(async () => {
  await darkroom.dispose();
  await gate.dispose();
});

interface Watched {
  readonly state: string;
  readonly estimated_completion: { at: string; earliest: string; latest: string } | null;
}

const held = { operation: HELD };
/** A job that takes longer than those before it has no estimate, so these must take longer than a look at the next one. */
const HELD_MS = 15_000;

const time = (text: string | null) => Date.parse(text ?? '');
const durationOf = ({ started_at, completed_at }: Job) => time(completed_at) - time(started_at);

async function whileProcessing(id: string): Promise<Watched> {
  for (;;) {
    const job = (await (await darkroom.request(`/v1/jobs/${id}`)).json()) as Watched;
    if (job.state === 'processing') return job;
    await sleep(50);
  }
}

test('is null until three similar jobs have ended, then within the time that they took', async () => {
  const [first, ...others] = await Promise.all([held, held, held].map(darkroom.submit));
  if (!first) throw new Error('unreachable');
  expect((await whileProcessing(first.id)).estimated_completion).toBeNull();
  await sleep(HELD_MS);
  await gate.open();
  const took: number[] = [];
  for (const { id } of [first, ...others]) took.push(durationOf(await darkroom.until(id, 'completed')));

  // A server that has just answered "unknown" asks again after a while; one that starts asks at once.
  await darkroom.stop();
  await gate.shut();
  darkroom = await startStack({ dataDir: darkroom.dataDir, env: gate.env });
  const { id } = await darkroom.submit(held);
  const { estimated_completion: estimate } = await whileProcessing(id);
  await gate.open();
  const ended = await darkroom.until(id, 'completed');
  if (!estimate) throw new Error('There is no estimate');
  expect(time(estimate.earliest)).toBeLessThanOrEqual(time(estimate.at));
  expect(time(estimate.at)).toBeLessThanOrEqual(time(estimate.latest));
  // Not what a clock says, but that it is an estimate of this job: within the time that one takes.
  expect(Math.abs(time(estimate.at) - time(ended.completed_at))).toBeLessThan(
    Math.max(...took, durationOf(ended)),
  );
});
