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
}

/**
 * Processes the items of a source, as many at a time as the run's tuning says. Starts none while the job is paused. Returns
 * when the source has no more, or when the history is so long that the run has to continue as new. When one item fails, cancels the
 * others and throws its error after all have ended.
 */
export function mapConcurrent<T>(
  { runInput: { tuning }, control }: JobContext,
  source: ItemSource<T>,
  process: (item: T) => Promise<void>,
): Promise<void> {
  const mustContinueAsNew = () => shouldContinueAsNew(tuning);
  const processInTurn = async () => {
    for (;;) {
      await condition(() => mustContinueAsNew() || (!control.isPaused && source.isReady()));
      const item = mustContinueAsNew() ? undefined : source.take();
      if (item === undefined) return;
      await process(item);
    }
  };
  const scope = new CancellationScope();
  return scope.run(async () => {
    const loops = Array.from({ length: tuning.concurrency }, processInTurn);
    try {
      await Promise.all(loops);
    } catch (error) {
      scope.cancel();
      await Promise.allSettled(loops);
      throw error;
    }
  });
}
