/** What parts that run alone, against a cluster, have to see to: search attributes, and a key that they share. */
import type { Client } from '@temporalio/client';
import type { Config } from '../config.ts';
import type { Log } from '../log.ts';
import { grpcCode, isNotFound } from '../temporal/connection.ts';
import { registerSearchAttributes } from '../temporal/namespace.ts';
import { scheduleHousekeeping } from '../temporal/schedule.ts';

const PAUSE_MS = 2000;
const UNAVAILABLE = 14;

/** API and workers open what the others sealed. */
export function adviseSharedKey(config: Config, log: Log): void {
  if (config.DARKROOM_MASTER_KEY.length > 0) return;
  log.warn(`DARKROOM_MASTER_KEY is not set: all parts must share the key in ${config.DARKROOM_DATA}/keys`);
}

/**
 * Registers our search attributes, and the housekeeping, in the namespace of a cluster. Server and namespace may come up after us: tries until
 * they are there. Says once what an administrator has to do, if it is not ours to do.
 */
export async function keepRegistering(client: Client, log: Log): Promise<void> {
  for (let told = false; ; ) {
    try {
      await registerSearchAttributes(client);
      return await scheduleHousekeeping(client);
    } catch (error) {
      if (isNotFound(error)) {
        if (!told) log.warn(`Waiting for Temporal's namespace "${client.options.namespace}" to be created`);
        told = true;
      } else if (grpcCode(error) !== UNAVAILABLE)
        return log.warn(error instanceof Error ? error.message : String(error));
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS).unref());
  }
}
