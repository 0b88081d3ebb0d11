/** Workers within the test's own process. */
import { NativeConnection } from '@temporalio/worker';
import type { TemporalTarget } from '../../src/temporal/connection.ts';
import { createWorkers, runWorkers, type WorkerSetup } from '../../src/temporal/worker.ts';

/** Starts workers, and returns what stops them. */
export async function startWorkers(
  { options, namespace, dataConverter }: TemporalTarget,
  {
    activities,
    aloneActivities,
    slots,
    deployment,
  }: Pick<WorkerSetup, 'activities' | 'aloneActivities' | 'slots' | 'deployment'>,
): Promise<() => Promise<void>> {
  const connection = await NativeConnection.connect(options);
  const setup = {
    connection,
    namespace,
    dataConverter,
    deployment,
    activities,
    aloneActivities,
    slots,
    graceMs: 1000,
  };
  const stop = new AbortController();
  const running = runWorkers(await createWorkers(setup), stop.signal);
  return async () => {
    stop.abort();
    await running;
    await connection.close();
  };
}
