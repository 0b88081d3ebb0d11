/** Decides which activities are tried inside the workflow task. */
import { ApplicationFailure, isCancellation, proxyLocalActivities } from '@temporalio/workflow';
import type { Activities, EarlierAttempts, LocalFailureInfo } from '../activities/types.ts';
import type { RunInput } from '../src/jobs/model/run-input.ts';
import type { AssetQueue } from './asset-queue.ts';
import { readCause } from './ending.ts';
import type { JobStatusPublisher } from './job-status.ts';

/** The part of a job's context that local attempts and callbacks need. */
export interface JobPart {
  readonly runInput: RunInput;
  readonly status: JobStatusPublisher;
  readonly assetQueue: Pick<AssetQueue, 'total'>;
  readonly localTurn: LocalTurn;
}

/**
 * Lets the local attempts of a job follow each other. Two that end at about the same time can reach the workflow together, and one after
 * the other in a replay; what it decides in between would then differ.
 */
export class LocalTurn {
  #current: Promise<void> | null = null;

  /** Runs `attempt` when no other one runs. */
  async take<T>(attempt: () => Promise<T>): Promise<T> {
    while (this.#current) await this.#current;
    const running = attempt();
    const end = () => {
      this.#current = null;
    };
    this.#current = running.then(end, end);
    return running;
  }
}

/**
 * Makes the first attempt at a short activity of a small job inside the workflow task, which costs Temporal a third of an activity. Its
 * durable activity follows when the attempt takes longer than a second, fails for now, or cannot be made; see
 * `activities/local-attempts.ts`.
 *
 * @param summary For the Web UI.
 * @param durable Gets what the local attempt says to the next one.
 */
export async function runLocallyFirst<T>(
  { runInput: { tuning }, status, assetQueue, localTurn }: JobPart,
  isShort: boolean,
  summary: string,
  attempt: (activities: Activities) => Promise<T>,
  durable: (earlier: EarlierAttempts | null) => Promise<T>,
): Promise<T> {
  let earlier: EarlierAttempts | null = null;
  if (isShort && tuning.maxLocalAssets !== null && assetQueue.total <= tuning.maxLocalAssets) {
    // Local attempts end by themselves after a second.
    const retry = { maximumAttempts: 1 };
    const local = proxyLocalActivities<Activities>({ startToCloseTimeout: '5s', retry, summary });
    try {
      return await localTurn.take(() => attempt(local));
    } catch (error) {
      const unfinished = readUnfinished(error);
      if (unfinished === null) throw error;
      const { progress } = unfinished;
      if (progress) earlier = { losses: 0, lost: 0, localFailures: 1, progress };
    }
  }
  status.publishChanges();
  return durable(earlier);
}

/** Null when the activity has ended: no durable one follows. */
function readUnfinished(error: unknown): LocalFailureInfo | null {
  const cause = readCause(error);
  if (isCancellation(error) || (cause instanceof ApplicationFailure && cause.nonRetryable)) return null;
  const details = cause instanceof ApplicationFailure ? cause.details : null;
  return { progress: null, ...(details?.[0] as Partial<LocalFailureInfo> | undefined) };
}
