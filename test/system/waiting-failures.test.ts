/** Jobs that wait for assets, when much happens at once or parts are killed: no asset is lost, and none comes twice. */
import type { Client } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, outcomes, sendAssets, storedBelow } from '../support/more-assets.ts';
import { partsOf } from '../support/processes.ts';
import { type Darkroom, ready, sleep, startDarkroom } from '../support/server.ts';
import { executions, temporalOf } from '../support/temporal.ts';
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

const sources = (count: number) => Array.from({ length: count }, () => ({ url: `${web.url}/asset` }));
const wait = (await_assets: { total?: number; quiet_seconds?: number }, count = 0) =>
  darkroom.submit({
    operation: 'test.echo',
    await_assets,
    assets: sources(count).map((source) => ({ source })),
  });
const send = (id: string, count: number, options: { final?: boolean; key?: string } = {}) =>
  sendAssets(darkroom, id, sources(count), options);

/** Assets that the job took by what it answered, and that it has in the end. */
async function tally(id: string, before: number, answers: readonly Answer[]): Promise<[number, number]> {
  await darkroom.until(id, 'completed');
  const taken = answers.filter(({ status }) => status === 202).length;
  return [before + taken, (await outcomes(darkroom, id)).length];
}

async function crowd<T>(count: number, width: number, work: (index: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  const queue = Array.from({ length: count }, (_, index) => index);
  const lane = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) results[next] = await work(next);
  };
  await Promise.all(Array.from({ length: width }, lane));
  return results;
}

describe('many calls', () => {
  test('an asset that comes when the quiet period ends is taken or refused, never lost', async () => {
    const answers = await crowd(24, 4, async (index) => {
      const { id } = await wait({ quiet_seconds: 0.1 }, 1);
      const given: Answer[] = [];
      // Later and later, until the period ends before the next one: each job is met at its end.
      for (let ms = 50 + (index % 4) * 5; given.at(-1)?.status !== 409 && ms < 1000; ms += 10) {
        await sleep(ms);
        given.push(await send(id, 1));
      }
      const [taken, there] = await tally(id, 1, given);
      expect(there).toBe(taken);
      expect(await storedBelow(darkroom, id, 'sealed')).toHaveLength(taken - 1);
      return given;
    });
    const seen = new Set(answers.flat().map(({ status, code }) => `${status} ${code ?? ''}`));
    expect([...seen].sort()).toEqual(['202 ', '409 input_closed']);
  });

  test('thirty at once are all taken', async () => {
    const { id } = await wait({});
    const answers = await Promise.all(Array.from({ length: 30 }, () => send(id, 1)));
    expect(answers.map(({ status, code }) => `${status} ${code ?? ''}`)).toEqual(Array(30).fill('202 '));
    await send(id, 0, { final: true });
    expect(await tally(id, 0, answers)).toEqual([30, 30]);
  });

  test('a thousand of one asset go on over several executions; a call that was made before one of them counts once', async () => {
    const { id } = await wait({});
    const workflowId = `job/public/${id}`;
    const states = new Set<unknown>();
    let over = false;
    const watching = (async () => {
      for (const seen = new Set<string>(); !over; await sleep(20)) {
        const { runId, searchAttributes } = await temporal.workflow.getHandle(workflowId).describe();
        const first = seen.size === 0;
        if (!seen.has(runId) && !first) states.add(searchAttributes['DarkroomState']?.[0]);
        seen.add(runId);
      }
    })();
    const answers = await crowd(1000, 8, (index) => send(id, 1, { key: `call ${index}` }));
    over = true;
    await watching;
    expect(answers.filter(({ status }) => status !== 202)).toEqual([]);
    expect((await darkroom.get(id)).assets.total).toBe(1000);
    // Temporal tells repetitions within one execution only.
    for (const index of [0, 100, 500, 900, 999])
      expect(await send(id, 1, { key: `call ${index}` })).toMatchObject({ status: 202 });
    expect((await darkroom.get(id)).assets.total).toBe(1000);
    await send(id, 0, { final: true });
    expect(await tally(id, 0, answers)).toEqual([1000, 1000]);
    expect(await storedBelow(darkroom, id, 'sealed')).toHaveLength(1000);
    await expect.poll(async () => (await executions(temporal, id)).at(-1)?.status).toBe('COMPLETED');
    const all = await executions(temporal, id);
    expect(all.length).toBeGreaterThan(2);
    for (const { events, bytes } of all) {
      expect(events).toBeLessThan(10_000);
      expect(bytes).toBeLessThan(5 * 2 ** 20);
    }
    // The next execution shows what the one before it did, from its first moment.
    expect(states.size).toBeGreaterThan(0);
    for (const state of states) expect(['waiting', 'downloading']).toContain(state);
  });
});

describe('parts are killed', () => {
  test('no worker: 503, and once there is one, the same call again is taken once', async () => {
    const { id } = await wait({}, 1);
    await darkroom.until(id, 'waiting');
    const { worker } = await partsOf(darkroom.process.pid);
    // Stopped, not killed, so that its supervisor does not start another.
    process.kill(worker, 'SIGSTOP');
    try {
      expect(await send(id, 2, { key: 'mine' })).toMatchObject({ status: 503, code: 'worker_unavailable' });
      expect(await darkroom.get(id)).toMatchObject({ state: 'waiting', assets: { total: 1 } });
    } finally {
      process.kill(worker, 'SIGCONT');
    }
    await expect.poll(async () => (await send(id, 2, { key: 'mine' })).status).toBe(202);
    expect((await darkroom.get(id)).assets.total).toBe(3);
    expect(await send(id, 1, { final: true })).toMatchObject({ status: 202 });
    await darkroom.until(id, 'completed');
    expect(await outcomes(darkroom, id)).toHaveLength(4);
  });

  test('worker and Temporal, in the middle of a quiet period: it ends all the same, with every asset', async () => {
    const { id } = await wait({ quiet_seconds: 5 }, 1);
    await darkroom.until(id, 'waiting');
    expect(await send(id, 2)).toMatchObject({ status: 202 });
    const { worker, temporal: server } = await partsOf(darkroom.process.pid);
    for (const pid of [worker, server]) process.kill(pid, 'SIGKILL');
    await ready(darkroom);
    await darkroom.until(id, 'completed');
    expect(await outcomes(darkroom, id)).toHaveLength(3);
  });

  test('the worker, twice while assets come: what was taken is there', async () => {
    const { id } = await wait({});
    const answers = await crowd(60, 4, async (index) => {
      if (index % 30 === 15) process.kill((await partsOf(darkroom.process.pid)).worker, 'SIGKILL');
      for (;;) {
        const answer = await send(id, 1, { key: `call ${index}` });
        if (answer.status !== 503) return answer;
        await sleep(200);
      }
    });
    expect(answers.filter(({ status }) => status !== 202)).toEqual([]);
    await expect.poll(async () => (await send(id, 0, { final: true, key: 'last' })).status).toBe(202);
    expect(await tally(id, 0, answers)).toEqual([60, 60]);
  });
});
