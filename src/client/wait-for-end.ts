/** Waits for the end of a job, with a timeout. */
import { withTimeout } from '../lib/with-timeout.ts';
import { follow } from './follow.ts';
import type { WaitOptions } from './options.ts';
import { DarkroomProblem } from './problem.ts';
import type { Transport } from './transport.ts';
import type { Job } from './types.ts';

/**
 * Resolves with the job once it is completed, failed or cancelled.
 *
 * @throws {DarkroomProblem} `not_ended` after the timeout.
 */
export function waitForEnd(
  transport: Transport,
  id: string,
  { timeoutMs, onProgress = () => undefined, ...options }: WaitOptions,
): Promise<Job> {
  const { signal } = options;
  return withTimeout(timeoutMs ?? null, signal, async (either, isLate) => {
    try {
      return await follow(transport, id, { ...options, signal: either }, onProgress);
    } catch (cause) {
      if (!isLate() || signal?.aborted) throw cause;
      const detail = `Job "${id}" has not ended within ${Number(timeoutMs) / 1000} s; it continues`;
      throw new DarkroomProblem({ status: 0, code: 'not_ended', detail, retryable: true }, { cause });
    }
  });
}
