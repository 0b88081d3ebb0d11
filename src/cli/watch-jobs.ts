/** Looks at what happens to jobs in Temporal itself, where no code of theirs runs, and logs it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isOutage } from '../errors.ts';
import type { Retention } from '../jobs/lifecycle/retention.ts';
import type { JobRuntime } from '../jobs/ports/job-runtime.ts';
import type { Log } from '../log.ts';

/** Milliseconds between two looks. Each is two queries of Temporal. */
const INTERVAL_MS = 20_000;

/** How far back each look goes, in milliseconds: also over interruptions, and clocks that differ. */
const LOOK_BACK_MS = 10 * 60_000;

export interface WatchJobsOptions {
  readonly retention: Retention;
  readonly runtime: Pick<JobRuntime, 'countPaused'>;
  readonly log: Log;
  readonly stop: AbortSignal;
}

/** Records jobs that were terminated, so that their clients are called back soon, and notices paused activities. Returns when `stop` aborts. */
export async function watchJobs({ retention, runtime, log, stop }: WatchJobsOptions): Promise<void> {
  let paused = 0;
  const report = (item: unknown, error: unknown) =>
    log.warn({ about: item, error }, 'The end of a job could not be recorded');
  const look = async () => {
    const ended = await retention.recordEnds(new Date(Date.now() - LOOK_BACK_MS), stop, report);
    if (ended > 0)
      log.warn({ jobs: ended }, 'Jobs were terminated in Temporal; their clients are called back');
    const before = paused;
    paused = await runtime.countPaused();
    if (paused !== before) log.warn({ jobs: paused }, 'Jobs have activities that are paused in Temporal');
  };
  while (!stop.aborted) {
    await look().catch((error: unknown) => {
      if (!stop.aborted && !isOutage(error)) log.error({ error }, 'Jobs in Temporal could not be looked at');
    });
    // At random: several workers must not look at the same moment.
    await sleep(INTERVAL_MS * (0.5 + Math.random()), undefined, { signal: stop }).catch(() => undefined);
  }
}
