/** Fairness between tenants whose jobs wait for the same worker. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { defineOperation } from '../../../operations/operation.ts';
import type { Job } from '../../../src/jobs/model/job.ts';
import { type Lab, startLab } from '../../support/lab.ts';
import { sleep } from '../../support/server.ts';
import { countWaiting } from '../../support/temporal.ts';

const CROWD = 30;
const FEW = 5;

/** Tenants in the order in which their activities ran. */
const order: string[] = [];
const jobs: Job[] = [];
let lab: Lab;

/** Resolves once the task queue holds the activities of all submitted jobs but the first, which runs. */
async function allAreQueued(): Promise<void> {
  while ((await countWaiting(lab.client, 'solo')) < jobs.length - 1) await sleep(100);
}

const solo = defineOperation({
  name: 'test.solo',
  title: 'Solo',
  description: 'Records the tenant. The first activity waits until all others are queued.',
  params: z.strictObject({ tenant: z.string() }),
  inputs: { min: 0, max: 0, media: [] },
  result: 'json',
  engine: {},
  stages: [
    {
      name: 'solo',
      title: 'Solo',
      capability: 'solo',
      run: async ({ params }: { params: { tenant: string } }) => {
        order.push(params.tenant);
        if (order.length > 1) return;
        while (jobs.length < 1 + CROWD + FEW) await sleep(50);
        await allAreQueued();
      },
    },
  ],
});

beforeAll(async () => {
  lab = await startLab({ operations: [solo], slots: { solo: 1 } });
});
afterAll(() => lab.dispose());

test('a tenant with few jobs does not wait for all jobs of a tenant with many', async () => {
  const submit = async (tenant: string) =>
    jobs.push(await lab.submit({ operation: 'test.solo', params: { tenant } }, tenant));
  for (let index = 0; index <= CROWD; index++) await submit('crowd');
  await allAreQueued();
  for (let index = 0; index < FEW; index++) await submit('few');
  for (const job of jobs) await lab.until(job, 'completed');
  // The first activity ran alone. Then the tenants take turns; tasks that were already handed out may come first.
  expect(order).toHaveLength(1 + CROWD + FEW);
  expect(order.lastIndexOf('few')).toBeLessThan(1 + 3 * FEW + 5);
});
