/** Search attributes in the namespace of a cluster, which may come up after us, or not let us register anything. */
import type { Client } from '@temporalio/client';
import type { Log } from '../log.ts';
import { grpcCode } from '../temporal/connection.ts';
import { registerSearchAttributes } from '../temporal/namespace.ts';

const PAUSE_MS = 2000;
const UNAVAILABLE = 14;

/** Tries until Temporal answers. Says once what an administrator has to do, if it is not ours to do. */
export async function keepRegistering(client: Client, log: Log): Promise<void> {
  for (;;) {
    try {
      return await registerSearchAttributes(client);
    } catch (error) {
      if (grpcCode(error) !== UNAVAILABLE)
        return log.warn(error instanceof Error ? error.message : String(error));
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS).unref());
  }
}
