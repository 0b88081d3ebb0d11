/** What the server needs to do its work besides itself, and whether that is there. */
import type { JobRuntime } from '../../jobs/ports/job-runtime.ts';

export interface ReadinessParts {
  readonly runtime: Pick<JobRuntime, 'liveCapabilities'>;
  readonly checkStore: () => Promise<void>;
}

export interface ReadinessFailure {
  readonly part: 'temporal' | 'store' | 'worker';
  /** For the operator alone; null when there is no more to say. */
  readonly reason: string | null;
}

/** Nothing: it is ready. */
export async function readinessFailures({
  runtime,
  checkStore,
}: ReadinessParts): Promise<ReadinessFailure[]> {
  const [workers, store] = await Promise.allSettled([runtime.liveCapabilities(), checkStore()]);
  return [
    ...(workers.status === 'rejected'
      ? [{ part: 'temporal', reason: messageOf(workers.reason) } as const]
      : []),
    ...(store.status === 'rejected' ? [{ part: 'store', reason: messageOf(store.reason) } as const] : []),
    ...(workers.status === 'fulfilled' && !workers.value.has('io')
      ? [{ part: 'worker', reason: null } as const]
      : []),
  ];
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
