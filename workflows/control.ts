/** Cancel, pause and resume, as the story of a job needs them. */
import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  condition,
  setHandler,
  sleep,
} from '@temporalio/workflow';
import type { StatusBoard } from './job-status.ts';
import * as messages from './messages.ts';

export interface Control {
  /** Runs the part of a job that may be cancelled, by our signal or by Temporal's own cancellation. */
  run<T>(work: () => Promise<T>): Promise<T>;
  /** Resolves when the job is not, or no longer, paused. */
  untilResumed(): Promise<void>;
  /** Whether cancellation was asked for, by whatever way. */
  cancelled(): boolean;
  /** What the caller of `cancel` gave as the reason. */
  reason(): string | null;
}

export function takeControl(board: StatusBoard): Control {
  const scope = new CancellationScope();
  let paused = board.current.paused;
  let ended = false;
  let reason: string | null = null;
  const setPaused = (value: boolean) => {
    if (ended) return;
    paused = value;
    board.setPaused(value);
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
    untilResumed: () => (paused ? condition(() => !paused) : Promise.resolve()),
    cancelled: () => scope.consideredCancelled,
    reason: () => reason,
  };
}

/**
 * Works through what `next` gives, `width` at a time, until it gives undefined; holds between two items while the job is
 * paused. When one item fails the others are cancelled, and it throws once all have ended.
 */
export function sideBySide<T>(
  next: () => Promise<T | undefined> | T | undefined,
  width: number,
  control: Control,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const lane = async () => {
    for (;;) {
      await control.untilResumed();
      const item = await next();
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

const ours = new Set(['store_unavailable', 'disk_full', 'worker_stopped']);

/** An outage of our own parts is no fault of the job: it waits, however often its step has been tried. */
export async function patiently<T>(step: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await step();
    } catch (error) {
      const cause = error instanceof ActivityFailure ? error.cause : null;
      if (!(cause instanceof ApplicationFailure) || !ours.has(cause.type ?? '')) throw error;
      await sleep('1m');
    }
  }
}
