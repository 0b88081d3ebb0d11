/** A job that waits for a thousand assets, each in a call of its own: its history stays short, and no call counts twice. */
import type { Client } from '@temporalio/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { storedBelow } from '../support/more-assets.ts';
import { type Darkroom, startDarkroom } from '../support/server.ts';
import { executions, firstSearchAttribute, temporalOf } from '../support/temporal.ts';
import { createWaitingJobs, repeatConcurrently } from '../support/waiting-jobs.ts';
import { startWeb, type Web } from '../support/web.ts';

let darkroom: Darkroom;
let web: Web;
let temporal: Client;

beforeAll(async () => {
  web = await startWeb({ '/asset': Buffer.from('an asset') });
  darkroom = await startDarkroom();
  temporal = await temporalOf(darkroom);
});

afterAll(async () => {
  await temporal.connection.close();
  await darkroom.dispose();
  await web.close();
});

test('a thousand calls span several executions; a call repeated after one of them counts once', async () => {
  const jobs = createWaitingJobs(darkroom, `${web.url}/asset`);
  const id = await jobs.wait({});
  const answers = await repeatConcurrently(1000, 8, (index) => jobs.sendUntilTaken(id, 1, `call ${index}`));
  expect(answers.filter(({ status }) => status !== 202)).toEqual([]);
  expect((await darkroom.get(id)).assets.total).toBe(1000);
  // Temporal recognizes repeated calls within one execution only.
  for (const index of [0, 100, 500, 900, 999])
    expect(await jobs.send(id, 1, { key: `call ${index}` })).toMatchObject({ status: 202 });
  expect((await darkroom.get(id)).assets.total).toBe(1000);
  await jobs.send(id, 0, { final: true });
  expect(await jobs.countAssets(id, 0, answers)).toEqual([1000, 1000]);
  expect(await storedBelow(darkroom, id, 'sealed/')).toHaveLength(1000);

  await expect.poll(async () => (await executions(temporal, id)).at(-1)?.status).toBe('COMPLETED');
  const all = await executions(temporal, id);
  expect(all.length).toBeGreaterThan(2);
  for (const { events, bytes } of all) {
    expect(events).toBeLessThan(10_000);
    expect(bytes).toBeLessThan(5 * 2 ** 20);
  }
  // Each execution starts with the state of the one before it.
  for (const { runId } of all.slice(1))
    expect(['waiting', 'downloading']).toContain(
      await firstSearchAttribute(temporal, id, runId, 'DarkroomState'),
    );
});
