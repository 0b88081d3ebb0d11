/** Jobs that wait for assets which come in many calls. */

import { mapConcurrent } from '../../src/lib/map-concurrent.ts';
import type { RunningDarkroom } from './darkroom.ts';
import { type Answer, outcomes, sendAssets } from './more-assets.ts';

export interface WaitingJobs {
  /** Submits a job that waits for more than these `count` assets. Resolves with its id. */
  wait(awaitAssets: { total?: number; quiet_seconds?: number }, count?: number): Promise<string>;
  send(id: string, count: number, options?: { final?: boolean; key?: string }): Promise<Answer>;
  /** Waits until the job has completed. Resolves with the assets that it accepted by its answers, and those that it has. */
  countAssets(id: string, before: number, answers: readonly Answer[]): Promise<[number, number]>;
}

/** `url`: of the asset that is sent again and again. */
export function createWaitingJobs(darkroom: RunningDarkroom, url: string): WaitingJobs {
  const sources = (count: number) => Array.from({ length: count }, () => ({ url }));
  return {
    wait: async (awaitAssets, count = 0) => {
      const assets = sources(count).map((source) => ({ source }));
      return (await darkroom.submit({ operation: 'test.echo', await_assets: awaitAssets, assets })).id;
    },
    send: (id, count, options) => sendAssets(darkroom, id, sources(count), options),
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
