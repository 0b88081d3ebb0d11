/** Processes the batches of a job, several at a time. */
import { CancellationScope, condition } from '@temporalio/workflow';
import { shouldContinueAsNew } from './continue-as-new.ts';
import type { JobContext } from './job-context.ts';

/** A source of items, which may arrive later. */
export interface ItemSource<T> {
  /** Whether `take` has an answer: another item, or that there are no more. */
  isReady(): boolean;
  /** Undefined when there are no more. */
  take(): T | undefined;
  /** Items that are left, if no others can come. */
  readonly left?: number | undefined;
}

/**
 * Processes the items of a source, as many at a time as the run's tuning says. Sources that are processed side by side share that number,
 * but each may have one item in process. Starts none while the job is paused. Returns when the source has no more, or when the history is so long that the run has to continue as new. When one item fails, cancels the
 * others and throws its error after all have ended.
 */
export function mapConcurrent<T>(
  { runInput: { tuning }, control, running }: JobContext,
  source: ItemSource<T>,
  process: (item: T) => Promise<void>,
): Promise<void> {
  const mustContinueAsNew = () => shouldContinueAsNew(tuning);
  let own = 0;
  const mayStart = () => own === 0 || running.count < tuning.concurrency;
  const processInTurn = async () => {
    for (;;) {
      const mayGoOn = () => mustContinueAsNew() || (!control.isPaused && mayStart() && source.isReady());
      // The SDK records a stack trace for each of the promises of a condition.
      // Another loop may start an item before this one goes on.
      while (!mayGoOn()) await condition(mayGoOn);
      const item = mustContinueAsNew() ? undefined : source.take();
      if (item === undefined) return;
      own += 1;
      running.count += 1;
      try {
        await process(item);
      } finally {
        own -= 1;
        running.count -= 1;
      }
    }
  };
  const scope = new CancellationScope();
  return scope.run(async () => {
    const length = Math.min(tuning.concurrency, source.left ?? tuning.concurrency);
    const loops = Array.from({ length }, processInTurn);
    try {
      await Promise.all(loops);
    } catch (error) {
      scope.cancel();
      await Promise.allSettled(loops);
      throw error;
    }
  });
}
