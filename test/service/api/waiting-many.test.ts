/** Jobs that wait for assets, when many calls come at once: no asset is lost, and none comes twice. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Answer, storedBelow } from '../../support/more-assets.ts';
import { type Darkroom, sleep, startStack } from '../../support/stack.ts';
import { createWaitingJobs, repeatConcurrently, type WaitingJobs } from '../../support/waiting-jobs.ts';
import { startWeb, type Web } from '../../support/web.ts';

let darkroom: Darkroom;
let web: Web;
let jobs: WaitingJobs;

beforeAll(async () => {
  web = await startWeb({ '/asset': Buffer.from('an asset') });
  darkroom = await startStack();
  jobs = createWaitingJobs(darkroom, `${web.url}/asset`);
});

afterAll(async () => {
  await darkroom.dispose();
  await web.close();
});

/** Sends to a job later and later, until its quiet period ends before the next call. */
async function sendUntilClosed(quietSeconds: number, offset: number): Promise<Answer[]> {
  const id = await jobs.wait({ quiet_seconds: quietSeconds }, 1);
  const answers: Answer[] = [];
  for (let share = 0.5 + offset; answers.at(-1)?.status !== 409 && share < 10; share += 0.1) {
    await sleep(share * quietSeconds * 1000);
    answers.push(await jobs.sendUntilTaken(id, 1));
  }
  const [accepted, stored] = await jobs.countAssets(id, 1, answers);
  expect(stored).toBe(accepted);
  const sealed = (await storedBelow(darkroom, id, 'sealed/')).length;
  expect(sealed).toBeGreaterThanOrEqual(accepted - 1);
  // What came with a call whose outcome is unknown is kept until the retention deletes it.
  expect(sealed).toBeLessThanOrEqual(accepted - 1 + (await countUnknown()));
  return answers;
}

/** Calls that no worker answered in time, on a busy machine. */
async function countUnknown(): Promise<number> {
  const metrics = await (await darkroom.request('/metrics')).text();
  const counts = metrics.matchAll(/^http_requests_total\{[^}]*method="POST",status="503"\} (\d+)$/gm);
  return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
}

test('an asset at the end of the quiet period is accepted or rejected, never lost', async () => {
  const seen = new Set<string>();
  // On a slow machine all calls come after a short period; then a longer one is tried.
  for (let quietSeconds = 0.1; seen.size < 2 && quietSeconds < 10; quietSeconds *= 2) {
    const answers = await repeatConcurrently(12, 6, (index) =>
      sendUntilClosed(quietSeconds, (index % 4) * 0.05),
    );
    for (const { status, code } of answers.flat()) seen.add(`${status} ${code ?? ''}`);
  }
  expect([...seen].sort()).toEqual(['202 ', '409 input_closed']);
});

test('accepts thirty concurrent calls', async () => {
  const id = await jobs.wait({});
  const answers = await Promise.all(Array.from({ length: 30 }, () => jobs.sendUntilTaken(id, 1)));
  expect(answers.map(({ status, code }) => `${status} ${code ?? ''}`)).toEqual(Array(30).fill('202 '));
  await jobs.send(id, 0, { final: true });
  expect(await jobs.countAssets(id, 0, answers)).toEqual([30, 30]);
});
