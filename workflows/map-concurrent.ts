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
      await condition(() => mustContinueAsNew() || (!control.isPaused && mayStart() && source.isReady()));
      // Another loop may have started an item since the condition was checked.
      if (!mustContinueAsNew() && !mayStart()) continue;
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
