/** Keeps a number of jobs in progress. */
import type { SeededRandom } from '../seeded-random.ts';
import { followJob, type JobEvent } from './follow.ts';
import type { Submission, Target } from './submission.ts';

/** A job that was accepted. */
export interface Accepted {
  readonly id: string;
  readonly submission: Submission;
  /** Null if the job did not end. */
  readonly events: readonly JobEvent[] | null;
  /** Milliseconds since 1970: before the submission. */
  readonly startedAt: number;
  /** Milliseconds since 1970, as the client saw the end. */
  readonly endedAt: number;
}

interface LoadOptions {
  readonly target: Target;
  readonly submissions: readonly Submission[];
  readonly random: SeededRandom;
  /** Jobs that are in progress at once. */
  readonly concurrency: number;
  /** Ends the load: no further jobs are submitted. */
  readonly signal: AbortSignal;
  readonly onRefused: (submission: Submission, error: Error) => void;
}

/** Resolves when all jobs have ended. */
export async function runLoad(options: LoadOptions): Promise<Accepted[]> {
  const { target, submissions, random, concurrency, signal, onRefused } = options;
  const accepted: Accepted[] = [];
  let number = 0;
  // Each submission once before any is repeated at random.
  const first = [...submissions];
  const work = async () => {
    while (!signal.aborted) {
      const submission = first.shift() ?? random.pick(submissions);
      const key = `chaos-${number++}`;
      const startedAt = Date.now();
      const id = await submission.submit(target, key).catch((error: Error) => {
        onRefused(submission, error);
        return null;
      });
      if (id === null) continue;
      const events = await followJob(target.client.url, id, () => signal.aborted).catch(() => null);
      accepted.push({ id, submission, events, startedAt, endedAt: Date.now() });
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  return accepted;
}
