/** Jobs that share one slot: who goes first. */

import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { z } from 'zod';
import { defineOperation } from '../../operations/operation.ts';
import { queueStates } from '../../src/temporal/queues.ts';
import { type Lab, startLab } from '../support/lab.ts';
import { sleep } from '../support/server.ts';

const begun: string[] = [];
/** The first stage of all holds the only slot until this is set. */
let othersWait = false;

const stage = (name: string) => ({
  name,
  title: name,
  capability: 'solo',
  run: async ({ params }: { params: { name: string } }) => {
    begun.push(`${params.name} ${name}`);
    while (!othersWait) await sleep(50);
    // Long enough for the next stage of the job before to come into the queue, on a busy machine too.
    await sleep(600);
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
beforeAll(async () => {
  lab = await startLab(inject('temporalBinary'), [slow], { solo: 1 });
});
afterAll(() => lab.dispose());

test('jobs that were begun end before others begin, and the urgent ones come first', async () => {
  const submit = (name: string, priority?: number) =>
    lab.submit({ operation: 'test.slow', params: { name }, ...(priority ? { priority } : {}) });
  const jobs = [await submit('a')];
  while (begun.length === 0) await sleep(50);
  for (const name of ['b', 'c', 'd', 'e']) jobs.push(await submit(name));
  jobs.push(await submit('urgent', 1));
  const waiting = async () => (await queueStates(lab.client, ['solo']))[0]?.waiting;
  while ((await waiting()) !== 5) await sleep(50);
  othersWait = true;
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
