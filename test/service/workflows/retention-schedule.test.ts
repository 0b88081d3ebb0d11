/** The schedule of the retention in a real Temporal server, across releases. */
import type { Client, ScheduleUpdateOptions } from '@temporalio/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createClient } from '../../../src/temporal/connection.ts';
import { RETENTION_SCHEDULE, scheduleRetention } from '../../../src/temporal/schedule.ts';
import { createNamespace } from '../../support/shared-temporal.ts';

let client: Client;

beforeAll(async () => {
  client = createClient(await createNamespace());
});

afterAll(() => client.connection.close());

const handle = () => client.schedule.getHandle(RETENTION_SCHEDULE);

const intervals = async () => (await handle().describe()).spec.intervals?.map(({ every }) => every);

/** Changes the interval to two hours, and the revision of the release that made the schedule. */
const change = (revision: number | null) =>
  handle().update(({ action, policies, state }): ScheduleUpdateOptions => {
    const memo = revision === null ? {} : { revision };
    return { action: { ...action, memo }, policies, state, spec: { intervals: [{ every: '2h' }] } };
  });

const HOUR_MS = 3_600_000;

test('is created once, and runs each hour', async () => {
  await scheduleRetention(client);
  await scheduleRetention(client);
  expect(await intervals()).toEqual([HOUR_MS]);
});

test('keeps the changes of an administrator', async () => {
  const { action } = await handle().describe();
  await change(Number(action.memo?.['revision']));
  await scheduleRetention(client);
  expect(await intervals()).toEqual([2 * HOUR_MS]);
});

test.each([null, 0])(
  'is updated if a release with revision %s made it, and stays paused',
  async (revision) => {
    await change(revision);
    await handle().pause('keep everything');
    await scheduleRetention(client);
    expect(await intervals()).toEqual([HOUR_MS]);
    const { state, action } = await handle().describe();
    expect([state.paused, state.note]).toEqual([true, 'keep everything']);
    expect(Number(action.memo?.['revision'])).toBeGreaterThan(0);
  },
);
