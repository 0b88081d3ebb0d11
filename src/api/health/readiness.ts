/** Checks the services that the server depends on. */
import type { JobRuntime } from '../../jobs/ports/job-runtime.ts';

export interface ReadinessParts {
  readonly runtime: Pick<JobRuntime, 'liveCapabilities'>;
  readonly checkStore: () => Promise<void>;
}

export interface ReadinessFailure {
  readonly part: 'temporal' | 'store' | 'worker';
  /** For the operator only; null if there is nothing to add. */
  readonly reason: string | null;
}

/** Returns the parts that are unavailable; none if the server is ready. */
export async function readinessFailures({
  runtime,
  checkStore,
}: ReadinessParts): Promise<ReadinessFailure[]> {
  const [capabilities, store] = await Promise.allSettled([runtime.liveCapabilities(), checkStore()]);
  const failures: ReadinessFailure[] = [];
  if (capabilities.status === 'rejected')
    failures.push({ part: 'temporal', reason: toMessage(capabilities.reason) });
  if (store.status === 'rejected') failures.push({ part: 'store', reason: toMessage(store.reason) });
  if (capabilities.status === 'fulfilled' && !capabilities.value.has('io'))
    failures.push({ part: 'worker', reason: null });
  return failures;
}

const toMessage = (error: unknown): string => (error instanceof Error ? error.message : String(error));
