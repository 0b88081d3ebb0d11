/** Jobs that share one slot: who goes first. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { defineOperation } from '../../../operations/operation.ts';
import type { Job } from '../../../src/jobs/model/job.ts';
import { workflowIdOf } from '../../../src/temporal/names.ts';
import { type Lab, startLab } from '../../support/lab.ts';
import { sleep } from '../../support/server.ts';
import { countWaiting } from '../../support/temporal.ts';

const JOBS = 6;
const begun: string[] = [];

/** Jobs other than this one that have a stage before them. */
const othersToGo = (name: string): number =>
  JOBS - 1 - begun.filter((what) => what.endsWith(' three') && !what.startsWith(`${name} `)).length;

const stage = (name: string) => ({
  name,
  title: name,
  capability: 'solo',
  run: async ({ params }: { params: { name: string } }) => {
    begun.push(`${params.name} ${name}`);
    // It holds the only slot until the steps of all other jobs are in the queue.
    const others = () => othersToGo(params.name);
    while ((await pending()) < 1 + others() || (await countWaiting(lab.client, 'solo')) < others())
      await sleep(50);
  },
});

const slow = defineOperation({
  name: 'test.slow',
  title: 'Slow',
  description: 'Takes its time, three times.',
  params: z.strictObject({ name: z.string() }),
  inputs: { min: 0, max: 0, media: [] },
  result: 'json',
  engine: {},
  stages: [stage('one'), stage('two'), stage('three')],
});

let lab: Lab;
const jobs: Job[] = [];

/** Jobs that have a step which runs, or waits. */
async function pending(): Promise<number> {
  const found = await Promise.all(
    jobs.map(({ tenant, id }) => lab.client.workflow.getHandle(workflowIdOf({ tenant, id })).describe()),
  );
  return found.filter(({ raw }) => (raw.pendingActivities ?? []).some(isOfTheQueue)).length;
}
const isOfTheQueue = ({ activityType }: { activityType?: { name?: string | null } | null }) =>
  activityType?.name === 'runStage';
beforeAll(async () => {
  lab = await startLab({ operations: [slow], slots: { solo: 1 } });
});
afterAll(() => lab.dispose());

test('started jobs finish before others start, and urgent jobs come first', async () => {
  const submit = (name: string, priority?: number) =>
    lab.submit({ operation: 'test.slow', params: { name }, ...(priority ? { priority } : {}) });
  jobs.push(await submit('a'));
  while (begun.length === 0) await sleep(50);
  for (const name of ['b', 'c', 'd', 'e']) jobs.push(await submit(name));
  jobs.push(await submit('urgent', 1));
  for (const job of jobs) await lab.until(job, 'completed');
  const end = (name: string) => begun.indexOf(`${name} three`);
  const begunBefore = (place: number) => begun.slice(0, place).filter((what) => what.endsWith(' one')).length;
  // Between two stages of a job there is a moment in which one other may begin: two are under way, seldom three, never all.
  expect(begunBefore(end('urgent'))).toBeLessThanOrEqual(3);
  expect(begunBefore(end('a'))).toBeLessThanOrEqual(3);
  expect(begun.slice(0, 3)).toContain('urgent one');
  const last = begun.findLast((what) => what.endsWith(' one')) ?? '';
  expect(begun.indexOf(last)).toBeGreaterThanOrEqual(9);
  expect(begun).toHaveLength(18);
});
