/** Follows the log of a job. */

import type { LogEntry } from '../model/job-log.ts';
import type { JobRef } from '../model/run-input.ts';
import { isTerminal } from '../model/states.ts';
import type { JobArchive } from '../ports/job-archive.ts';
import type { JobSnapshot } from '../ports/job-runtime.ts';
import { LogReader } from './log-reader.ts';
import type { Watcher } from './watcher.ts';

/** Milliseconds between two looks into the store: after new entries, and at most without. */
const DELAY_MS = { shortest: 1000, longest: 5000 };

interface FollowDependencies {
  readonly archive: Pick<JobArchive, 'listSegments' | 'readSegment'>;
  readonly watcher: Pick<Watcher, 'follow'>;
}

/** What is new in the log, and the job as it was then. */
export interface LogUpdate {
  readonly entries: readonly LogEntry[];
  readonly snapshot: JobSnapshot;
}

/**
 * Yields what is in the log, and what is new up to the end of the job. Returns early when `signal` aborts or the server stops. While
 * the store does not answer, it waits.
 *
 * @throws job_not_found also when the job is deleted meanwhile
 */
export async function* followLog(
  { archive, watcher }: FollowDependencies,
  ref: JobRef,
  signal: AbortSignal,
): AsyncGenerator<LogUpdate, void> {
  const reader = new LogReader(archive);
  const snapshots = watcher.follow(ref, signal);
  const takeNext = () => {
    const next = snapshots.next();
    // It may fail while entries are read or the client is slow. Whoever awaits it afterwards gets the error.
    next.catch(() => undefined);
    return next;
  };
  let coming = takeNext();
  let snapshot: JobSnapshot | null = null;
  let delay = DELAY_MS.shortest;
  while (!signal.aborted) {
    const next: IteratorResult<JobSnapshot> | null = await Promise.race([
      coming,
      ...(snapshot ? [wait(delay)] : []),
    ]);
    if (next?.done) return;
    if (next) {
      snapshot = next.value;
      coming = takeNext();
    }
    if (!snapshot) continue;
    const hasEnded = isTerminal(snapshot.job.state);
    const entries = await reader.readNew(snapshot, signal).catch(() => null);
    delay = entries && entries.length > 0 ? DELAY_MS.shortest : Math.min(delay * 1.5, DELAY_MS.longest);
    if (entries) yield { entries, snapshot };
    if (entries && hasEnded) return;
  }
}

const wait = (ms: number): Promise<null> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms, null).unref();
  });
