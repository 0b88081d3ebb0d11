/** Ends the work of a stage that takes too long. */
import { setTimeout as sleep } from 'node:timers/promises';
import { DarkroomError } from '../src/errors.ts';
import { withTimeout } from '../src/lib/with-timeout.ts';

/** Milliseconds that the work has to end once it is asked to stop. After that it is left alone. */
const STOP_MS = 10_000;

/**
 * Runs work for at most `limitMs` milliseconds. The activity has no such limit in Temporal, because it may have to wait for the store
 * afterwards.
 *
 * @param work Gets a signal that aborts with `signal`, or at the limit.
 * @throws stage_timeout
 */
export const withTimeLimit = (
  signal: AbortSignal,
  limitMs: number,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> =>
  withTimeout(limitMs, signal, async (limited, isLate) => {
    const isLeft = new Promise<void>((resolve) => {
      limited.addEventListener('abort', () => void sleep(STOP_MS, undefined, { ref: false }).then(resolve), {
        once: true,
      });
    });
    try {
      await Promise.race([work(limited), isLeft]);
    } catch (error) {
      if (!isLate()) throw error;
    }
    if (isLate())
      throw new DarkroomError('stage_timeout', `The stage ran longer than its limit of ${limitMs / 1000} s`);
  });
