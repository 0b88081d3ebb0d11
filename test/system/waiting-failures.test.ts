/** Jobs that wait for assets, when parts are killed: no asset is lost, and none comes twice. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { outcomes } from '../support/more-assets.ts';
import { partsOf } from '../support/processes.ts';
import { type Darkroom, ready, startDarkroom } from '../support/server.ts';
import { createWaitingJobs, repeatConcurrently, type WaitingJobs } from '../support/waiting-jobs.ts';
import { startWeb, type Web } from '../support/web.ts';

let darkroom: Darkroom;
let web: Web;
let jobs: WaitingJobs;

beforeAll(async () => {
  web = await startWeb({ '/asset': Buffer.from('an asset') });
  darkroom = await startDarkroom();
  jobs = createWaitingJobs(darkroom, `${web.url}/asset`);
});

afterAll(async () => {
  await darkroom.dispose();
  await web.close();
});

describe('a job that waits for assets', () => {
  test('without a worker, adding assets is 503; with one, the repeated call counts once', async () => {
    const id = await jobs.wait({}, 1);
    await darkroom.until(id, 'waiting');
    const { worker } = await partsOf(darkroom.process.pid);
    // Stopped, not killed, so that its supervisor does not start another.
    process.kill(worker, 'SIGSTOP');
    try {
      expect(await jobs.send(id, 2, { key: 'mine' })).toMatchObject({
        status: 503,
        code: 'worker_unavailable',
      });
      expect(await darkroom.get(id)).toMatchObject({ state: 'waiting', assets: { total: 1 } });
    } finally {
      process.kill(worker, 'SIGCONT');
    }
    await expect.poll(async () => (await jobs.send(id, 2, { key: 'mine' })).status).toBe(202);
    expect((await darkroom.get(id)).assets.total).toBe(3);
    expect(await jobs.send(id, 1, { final: true })).toMatchObject({ status: 202 });
    await darkroom.until(id, 'completed');
    expect(await outcomes(darkroom, id)).toHaveLength(4);
  });

  test('completes with all assets if worker and Temporal are killed during its quiet period', async () => {
    const id = await jobs.wait({ quiet_seconds: 5 }, 1);
    await darkroom.until(id, 'waiting');
    expect(await jobs.send(id, 2)).toMatchObject({ status: 202 });
    const { worker, temporal: server } = await partsOf(darkroom.process.pid);
    for (const pid of [worker, server]) process.kill(pid, 'SIGKILL');
    await ready(darkroom);
    await darkroom.until(id, 'completed');
    expect(await outcomes(darkroom, id)).toHaveLength(3);
  });

  test('keeps accepted assets if the worker is killed twice while they arrive', async () => {
    const id = await jobs.wait({});
    const answers = await repeatConcurrently(60, 4, async (index) => {
      if (index % 30 === 15) process.kill((await partsOf(darkroom.process.pid)).worker, 'SIGKILL');
      return jobs.sendUntilTaken(id, 1);
    });
    expect(answers.filter(({ status }) => status !== 202)).toEqual([]);
    await expect.poll(async () => (await jobs.send(id, 0, { final: true, key: 'last' })).status).toBe(202);
    expect(await jobs.countAssets(id, 0, answers)).toEqual([60, 60]);
  });
});
