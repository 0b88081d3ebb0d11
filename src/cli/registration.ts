/** What parts that run alone, against a cluster, have to see to in Temporal. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { Log } from '../log.ts';
import { grpcCode, isNotFound } from '../temporal/connection.ts';
import { registerSearchAttributes } from '../temporal/namespace.ts';
import { scheduleRetention } from '../temporal/schedule.ts';

const PAUSE_MS = 2000;
/** What is refused may be permitted some day. */
const LONG_PAUSE_MS = 60_000;
const UNAVAILABLE = 14;

/**
 * Prepares the namespace of a cluster: our search attributes, and the schedule of the retention. Server and namespace may
 * come up after us, and permissions later: tries each until it is done. Says once what an administrator has to do, if it is not
 * ours to do.
 */
export async function keepRegistering(client: Client, log: Log): Promise<void> {
  const steps = [registerSearchAttributes, scheduleRetention];
  await Promise.all(steps.map((step) => keepTrying(() => step(client), client, log)));
}

async function keepTrying(step: () => Promise<void>, client: Client, log: Log): Promise<void> {
  for (let told = false; ; ) {
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
      if (!told && (missing || !passes)) {
        log.warn(message);
        told = true;
      }
      await sleep(passes ? PAUSE_MS : LONG_PAUSE_MS, undefined, { ref: false });
    }
  }
}
