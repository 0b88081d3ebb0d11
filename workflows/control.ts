/** Cancel, pause and resume, as the story of a job needs them. */
import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  condition,
  setHandler,
  sleep,
} from '@temporalio/workflow';
import { readFailureInfo } from './ending.ts';
import type { JobStatusPublisher } from './job-status.ts';
import * as messages from './messages.ts';

export interface Control {
  /** Runs the part of a job that may be cancelled, by our signal or by Temporal's own cancellation. */
  run<T>(work: () => Promise<T>): Promise<T>;
  paused(): boolean;
  /** Resolves when the job is not, or no longer, paused. */
  untilResumed(): Promise<void>;
  /** Whether cancellation was asked for, by whatever way. */
  cancelled(): boolean;
  /** What the caller of `cancel` gave as the reason. */
  reason(): string | null;
}

export function takeControl(status: JobStatusPublisher): Control {
  const scope = new CancellationScope();
  let paused = status.current.paused;
  let ended = false;
  let reason: string | null = null;
  const setPaused = (value: boolean) => {
    if (ended) return;
    paused = value;
    status.setPaused(value);
  };
  setHandler(messages.cancel, (given) => {
    reason ??= given ?? null;
    scope.cancel();
  });
  setHandler(messages.pause, () => setPaused(true));
  setHandler(messages.resume, () => setPaused(false));
  return {
    run: async (work) => {
      try {
        return await scope.run(work);
      } finally {
        ended = true;
      }
    },
    paused: () => paused,
    untilResumed: () => (paused ? condition(() => !paused) : Promise.resolve()),
    cancelled: () => scope.consideredCancelled,
    reason: () => reason,
  };
}

/** Where work comes from, piece by piece. */
export interface Supply<T> {
  /** Whether `take` has an answer: another piece, or that there are no more. */
  ready(): boolean;
  /** Undefined: there are no more. */
  take(): T | undefined;
}

/**
 * Works through a supply, `width` pieces at a time, until it gives no more or `enough` says so; begins none while the job
 * is paused. When one fails the others are cancelled, and it throws once all have ended.
 */
export function mapConcurrent<T>(
  supply: Supply<T>,
  { width, control, enough }: { width: number; control: Control; enough: () => boolean },
  work: (item: T) => Promise<void>,
): Promise<void> {
  const lane = async () => {
    for (;;) {
      await condition(() => enough() || (!control.paused() && supply.ready()));
      const item = enough() ? undefined : supply.take();
      if (item === undefined) return;
      await work(item);
    }
  };
  const scope = new CancellationScope();
  return scope.run(async () => {
    const lanes = Array.from({ length: width }, lane);
    try {
      await Promise.all(lanes);
    } catch (error) {
      scope.cancel();
      await Promise.allSettled(lanes);
      throw error;
    }
  });
}

/** An outage of our own parts is no fault of the job: it waits, however often its step has been tried. */
export async function retryWhileInfrastructureDown<T>(step: () => Promise<T>, waitMs = 60_000): Promise<T> {
  for (;;) {
    try {
      return await step();
    } catch (error) {
      const cause = error instanceof ActivityFailure ? error.cause : null;
      if (!(cause instanceof ApplicationFailure) || readFailureInfo(cause).kind !== 'outage') throw error;
      await sleep(waitMs);
    }
  }
}
