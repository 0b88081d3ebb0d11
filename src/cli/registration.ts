import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { Log } from '../log.ts';
import { grpcCode, isNotFound } from '../temporal/connection.ts';
import { registerSearchAttributes } from '../temporal/namespace.ts';
import { scheduleRetention } from '../temporal/schedule.ts';

const PAUSE_MS = 2000;
/** After a permission error, which an administrator may fix later. */
const LONG_PAUSE_MS = 60_000;
const UNAVAILABLE = 14;

/**
 * Registers the search attributes and the retention schedule in the namespace of a cluster. Retries each until it succeeds:
 * server, namespace and permissions may come later. Logs once what an administrator has to do.
 */
export async function keepRegistering(client: Client, log: Log): Promise<void> {
  const steps = [registerSearchAttributes, scheduleRetention];
  await Promise.all(steps.map((step) => retryUntilDone(() => step(client), client, log)));
}

async function retryUntilDone(step: () => Promise<void>, client: Client, log: Log): Promise<void> {
  for (let warned = false; ; ) {
    try {
      return await step();
    } catch (error) {
      const missing = isNotFound(error);
      const passes = missing || grpcCode(error) === UNAVAILABLE;
      const message = missing
        ? `Waiting for Temporal's namespace "${client.options.namespace}" to be created`
        : error instanceof Error
          ? error.message
          : String(error);
      if (!warned && (missing || !passes)) {
        log.warn(message);
        warned = true;
      }
      await sleep(passes ? PAUSE_MS : LONG_PAUSE_MS, undefined, { ref: false });
    }
  }
}
