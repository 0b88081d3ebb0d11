/** Retries activities that failed through an outage. */
import { ActivityFailure, ApplicationFailure, sleep } from '@temporalio/workflow';
import { readFailureInfo } from './ending.ts';

/**
 * Runs an activity again, every `waitMs` milliseconds, for as long as it fails through an outage of darkroom's own parts: an outage is
 * no fault of the job. Throws every other failure.
 */
export async function retryWhileInfrastructureDown<T>(
  activity: () => Promise<T>,
  waitMs: number,
): Promise<T> {
  for (;;) {
    try {
      return await activity();
    } catch (error) {
      const cause = error instanceof ActivityFailure ? error.cause : null;
      if (!(cause instanceof ApplicationFailure) || readFailureInfo(cause).kind !== 'outage') throw error;
      await sleep(waitMs);
    }
  }
}
