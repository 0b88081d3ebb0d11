/** Waits while the store is away, so that what a step has computed is kept. */
import { setTimeout as sleep } from 'node:timers/promises';
import { hasCode, isOutage } from '../src/errors.ts';
import type { AttemptFiles } from '../src/jobs/ports/run-files.ts';
import type { ActivityRun } from './activity-run.ts';

const FIRST_DELAY_MS = 500;
const MAX_DELAY_MS = 30_000;

type Log = Pick<ActivityRun, 'log'>;

/** Files of an attempt whose writes wait while the store is away. */
export const waitingForStore = (
  files: AttemptFiles,
  log: Log,
): Pick<AttemptFiles, 'adoptOutput' | 'adoptWorkspaceFile'> => ({
  adoptOutput: (name, path, signal) => waitForStore(log, signal, () => files.adoptOutput(name, path, signal)),
  adoptWorkspaceFile: (name, path, signal) =>
    waitForStore(log, signal, () => files.adoptWorkspaceFile(name, path, signal)),
});

/**
 * Repeats a write to the store until it succeeds, for as long as it fails through an outage. A full disk is no such outage: the outputs
 * that wait may be what fills it.
 *
 * @param write May run again after it has failed in its midst.
 * @throws The reason of `signal`, or the first error that is no outage.
 */
export async function waitForStore<T>(
  { log }: Log,
  signal: AbortSignal,
  write: () => Promise<T>,
): Promise<T> {
  for (let delayMs = FIRST_DELAY_MS; ; delayMs = Math.min(delayMs * 2, MAX_DELAY_MS)) {
    try {
      return await write();
    } catch (error) {
      signal.throwIfAborted();
      if (!isOutage(error) || hasCode(error, 'disk_full')) throw error;
      log('A step keeps its outputs until the store is back', { error, retryMs: delayMs });
    }
    await sleep(delayMs, undefined, { signal }).catch(() => undefined);
    signal.throwIfAborted();
  }
}
