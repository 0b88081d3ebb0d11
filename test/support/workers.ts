/** Workers within the test's own process. */
import { NativeConnection } from '@temporalio/worker';
import type { TemporalTarget } from '../../src/temporal/connection.ts';
import { createWorkers, runWorkers, type WorkerSetup } from '../../src/temporal/worker.ts';

/** Starts workers, and returns what stops them. */
export async function startWorkers(
  { options, namespace }: TemporalTarget,
  { activities, aloneActivities, slots }: Pick<WorkerSetup, 'activities' | 'aloneActivities' | 'slots'>,
): Promise<() => Promise<void>> {
  const connection = await NativeConnection.connect(options);
  const setup = { connection, namespace, activities, aloneActivities, slots, graceMs: 1000 };
  const stop = new AbortController();
  const running = runWorkers(await createWorkers(setup), stop.signal);
  return async () => {
    stop.abort();
    await running;
    await connection.close();
  };
}
