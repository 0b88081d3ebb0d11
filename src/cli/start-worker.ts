/** Starts the workers of one process: composes the activities, connects to Temporal, polls the task queues. */
import { rm } from 'node:fs/promises';
import type { Client } from '@temporalio/client';
import type { LostActivity } from '../../activities/journal.ts';
import { composeWorker, type Overrides } from '../compose.ts';
import type { Config } from '../config/config.ts';
import type { Retention } from '../jobs/lifecycle/retention.ts';
import type { Log } from '../log.ts';
import { createClient, type TemporalTarget } from '../temporal/connection.ts';
import { deploymentFromEnvironment } from '../temporal/deployment.ts';
import { createWorkers, runWorkers } from '../temporal/worker.ts';
import { connectWorker } from '../temporal/worker-connection.ts';
import type { Tracing } from '../tracing/tracing.ts';
import { prepareDataDirectory } from './data-directory.ts';
import { failLostActivity } from './lost-activities.ts';
import { verifyMasterKey } from './master-key.ts';
import { keepRegistering } from './registration.ts';
import { claimScratch } from './scratch.ts';
import { watchJobs } from './watch-jobs.ts';

/** Timeout of the connection to Temporal, which may start at the same time as the worker. */
const CONNECT_TIMEOUT_MS = 60_000;

interface StartOptions {
  /** Capabilities to offer. Default: all that this machine has. */
  readonly only?: readonly string[] | undefined;
  /** Name in Temporal. Default: process and host. */
  readonly identity?: string | undefined;
  readonly log: Log;
  readonly tracing?: Tracing | null;
  /** Stops the workers: running activities get `DARKROOM_GRACE_MS`. */
  readonly stop: AbortSignal;
  readonly overrides?: Overrides | undefined;
}

export interface RunningWorker {
  /** Scratch directory of the activities. */
  readonly scratch: string;
  readonly retention: Retention;
  /** Resolves when all workers have stopped after `stop`. Rejects when one fails. */
  readonly stopped: Promise<void>;
}

/**
 * Resolves when the workers poll. The process needs an SDK runtime; see `installRuntime`.
 *
 * @throws ConfigError if this machine lacks a capability of `only`, or a setting is invalid
 * @throws Error if Temporal does not answer within a minute
 */
export async function startWorker(
  config: Config,
  target: TemporalTarget,
  { only, identity, log, tracing = null, stop, overrides }: StartOptions,
): Promise<RunningWorker> {
  await prepareDataDirectory(config);
  await verifyMasterKey(config);
  const deployment = deploymentFromEnvironment();
  const { scratch, lost } = await claimScratch(config.DARKROOM_WORK);
  const plugins = tracing ? [tracing.plugin] : [];
  const client = createClient({ ...target, plugins });
  const { activities, aloneActivities, dependencies, retention, runtime, slots, later, pictures, sandbox } =
    await composeWorker(config, { client, target, scratch, only, traceHeaders: tracing?.headers }, overrides);
  const connection = await connectWorker(target, CONNECT_TIMEOUT_MS, (message) => log.warn(message));
  if (!config.embedded) void keepRegistering(client, log);
  const setup = {
    connection,
    namespace: target.namespace,
    dataConverter: target.dataConverter,
    plugins,
    deployment,
    identity,
    activities,
    aloneActivities,
    graceMs: config.DARKROOM_GRACE_MS,
  };
  await reportLost(client, lost, log);
  dependencies.journal.remember(lost);
  const workers = await createWorkers({ ...setup, slots });
  stop.addEventListener('abort', () => dependencies.journal.stop());
  const running = runWorkers(workers, stop, async function* (over) {
    for await (const more of later(over)) {
      yield await createWorkers({ ...setup, slots: more });
      log.info({ slots: more }, 'The worker polls more task queues');
    }
  });
  if ('io' in slots) void watchJobs({ retention, runtime, log, stop });
  if ('cpu' in slots) pictures.warmUp();
  const { kind, reason } = sandbox;
  log.info(
    { temporal: target.address, namespace: target.namespace, deployment, slots, sandbox: kind },
    'The worker polls its task queues',
  );
  if (reason !== null) log.warn(`Pictures, disks and commands are processed without bubblewrap: ${reason}`);
  const end = async () => {
    try {
      await running;
      await connection.close();
      await client.connection.close();
      await tracing?.close();
    } finally {
      await pictures.close();
      await rm(scratch, { recursive: true, force: true });
    }
  };
  return { scratch, retention, stopped: end() };
}

/** Activities that cannot be reported now time out later. */
async function reportLost(client: Client, lost: readonly LostActivity[], log: Log): Promise<void> {
  for (const activity of lost) {
    const { type, workflowId, losses, isBlamed, beside } = activity;
    log.warn({ type, workflowId, losses, isBlamed, beside }, 'An activity was lost with a worker that died');
    // Temporal gives its workflow task to the next worker.
    if (activity.isLocal) continue;
    await failLostActivity(client, activity).catch((error: unknown) =>
      log.warn({ error, workflowId }, 'A lost activity could not be reported'),
    );
  }
}
