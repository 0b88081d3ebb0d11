/** Connects workers to Temporal. Separate from connection.ts, because only workers load the native core of the SDK. */
import { setTimeout as sleep } from 'node:timers/promises';
import { NativeConnection } from '@temporalio/worker';
import { isNotFound, type TemporalTarget } from './connection.ts';

/**
 * Connects a worker. Retries for `patienceMs` and calls `onWait` once. Then throws an Error that names what is missing,
 * the server or its namespace.
 */
export async function connectWorker(
  target: TemporalTarget,
  patienceMs: number,
  onWait: (message: string) => void,
): Promise<NativeConnection> {
  const deadline = Date.now() + patienceMs;
  for (let tries = 0; ; tries++) {
    try {
      return await connectToNamespace(target);
    } catch (error) {
      const { address, namespace } = target;
      const message = isNotFound(error)
        ? `Temporal at ${address} has no namespace "${namespace}"`
        : `Temporal at ${address} does not answer`;
      if (Date.now() > deadline) throw new Error(message, { cause: error });
      // The first failure is expected when the server starts at the same time.
      if (tries === 1) onWait(`${message}; the worker waits for it`);
      await sleep(500);
    }
  }
}

async function connectToNamespace({ options, namespace }: TemporalTarget): Promise<NativeConnection> {
  const connection = await NativeConnection.connect(options);
  try {
    await connection.workflowService.describeNamespace({ namespace });
    return connection;
  } catch (error) {
    await connection.close();
    throw error;
  }
}
