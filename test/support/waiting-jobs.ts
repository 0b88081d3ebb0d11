/** Jobs that wait for assets which come in many calls. */
import { randomUUID } from 'node:crypto';
import { mapConcurrent } from '../../src/lib/map-concurrent.ts';
import { type RunningDarkroom, sleep } from './darkroom.ts';
import { type Answer, outcomes, sendAssets } from './more-assets.ts';

export interface WaitingJobs {
  /** Submits a job that waits for more than these `count` assets. Resolves with its id. */
  wait(awaitAssets: { total?: number; quiet_seconds?: number }, count?: number): Promise<string>;
  send(id: string, count: number, options?: { final?: boolean; key?: string }): Promise<Answer>;
  /** Sends again with the same key, as clients do, while no worker takes the assets in time. */
  sendUntilTaken(id: string, count: number, key?: string): Promise<Answer>;
  /** Waits until the job has completed. Resolves with the assets that it accepted by its answers, and those that it has. */
  countAssets(id: string, before: number, answers: readonly Answer[]): Promise<[number, number]>;
}

/** `url`: of the asset that is sent again and again. */
export function createWaitingJobs(darkroom: RunningDarkroom, url: string): WaitingJobs {
  const sources = (count: number) => Array.from({ length: count }, () => ({ url }));
  const send: WaitingJobs['send'] = (id, count, options) => sendAssets(darkroom, id, sources(count), options);
  return {
    wait: async (awaitAssets, count = 0) => {
      const assets = sources(count).map((source) => ({ source }));
      return (await darkroom.submit({ operation: 'test.echo', await_assets: awaitAssets, assets })).id;
    },
    send,
    sendUntilTaken: async (id, count, key = randomUUID()) => {
      for (;;) {
        const answer = await send(id, count, { key });
        if (answer.status !== 503) return answer;
        await sleep(200);
      }
    },
    countAssets: async (id, before, answers) => {
      await darkroom.until(id, 'completed');
      const accepted = answers.filter(({ status }) => status === 202).length;
      return [before + accepted, (await outcomes(darkroom, id)).length];
    },
  };
}

/** Calls `work` with 0 to `count` - 1, `concurrency` at a time. */
export async function repeatConcurrently<T>(
  count: number,
  concurrency: number,
  work: (index: number) => Promise<T>,
): Promise<T[]> {
  const indices = Array.from({ length: count }, (_, index) => index);
  return mapConcurrent(indices, { concurrency, signal: new AbortController().signal }, work);
}
