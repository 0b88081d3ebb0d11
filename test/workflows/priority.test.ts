/** Jobs that share one slot: who goes first. */

import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { z } from 'zod';
import { defineOperation } from '../../operations/operation.ts';
import { type Lab, startLab } from '../support/lab.ts';
import { sleep } from '../support/server.ts';

const begun: string[] = [];

const stage = (name: string) => ({
  name,
  title: name,
  capability: 'solo',
  run: async ({ params }: { params: { name: string } }) => {
    begun.push(`${params.name} ${name}`);
    await sleep(400);
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
  const first = await submit('a');
  await lab.until(first, 'processing');
  const jobs = [first];
  for (const name of ['b', 'c', 'd', 'e']) jobs.push(await submit(name));
  jobs.push(await submit('urgent', 1));
  for (const job of jobs) await lab.until(job, 'completed');
  const place = (what: string) => begun.indexOf(what);
  expect(place('urgent one')).toBeLessThan(place('c one'));
  // Between two stages of a job there is a moment in which one other may begin.
  expect(place('a three')).toBeLessThan(place('d one'));
  expect(place('urgent three')).toBeLessThan(place('e one'));
});
