/** Workers: one for workflows and activities that wait, and one for each capability that computes. */

import type { WorkerDeploymentVersion } from '@temporalio/common';
import { type NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import type { Activities, JobActivities } from '../../activities/types.ts';
import { machineMemory } from '../lib/machine-memory.ts';
import { builtFile } from './built-file.ts';
import type { TemporalTarget } from './connection.ts';
import { aloneQueueOf, CALLBACK_QUEUE, DOWNLOAD_QUEUE, MAIN_QUEUE, queueOf } from './names.ts';

export interface WorkerSetup extends SdkExtensions {
  readonly connection: NativeConnection;
  readonly namespace: string;
  /** With worker versioning; see deployment.ts. */
  readonly deployment?: WorkerDeploymentVersion | undefined;
  /** Name in Temporal; default: process and host. */
  readonly identity?: string | undefined;
  readonly activities: Activities;
  /** Those that run each one in a process of its own. */
  readonly aloneActivities: JobActivities;
  /** Capability → activities that run at once. `io` is workflows, too, and everything that waits. */
  readonly slots: Readonly<Record<string, number>>;
  /** Milliseconds that activities may continue after the shutdown signal; then they are cancelled. */
  readonly graceMs: number;
}

/** Milliseconds that cancelled activities have to end. */
const FORCE_MS = 19_000;

/** Workflow tasks at once. A local attempt holds one for up to a second; see activities/local-attempts.ts. */
const WORKFLOW_TASKS = 100;

/** Bytes of a waiting job's workflow in the memory of its worker, measured with 10,000 waiting jobs. */
const WORKFLOW_BYTES = 2 * 1024 ** 2;
const MAX_CACHED_WORKFLOWS = 2000;

/**
 * Returns how many workflows a worker keeps in memory: as many as fit into an eighth of it, and at least those that run at once. A
 * workflow that was evicted is replayed from its history, which doubles its cost.
 *
 * @param memory Bytes of the machine or container.
 */
export const countCachedWorkflows = (memory: number): number =>
  Math.min(MAX_CACHED_WORKFLOWS, Math.max(WORKFLOW_TASKS, Math.floor(memory / 8 / WORKFLOW_BYTES)));

/** `npm run build` writes the bundle, so no start waits for a bundler. */
export const bundlePath = builtFile('workflows/bundle.js');

/** How the SDK encodes payloads, and what it traces. Both are off by default. */
export type SdkExtensions = Pick<TemporalTarget, 'dataConverter' | 'plugins'>;

/** What a worker needs to run workflows, or to replay them. With extensions, which are parts of the bundle, it takes a second to bundle. */
export function workflowOptions({
  dataConverter,
  plugins = [],
}: SdkExtensions): Pick<WorkerOptions, 'workflowsPath' | 'workflowBundle' | 'dataConverter' | 'plugins'> {
  if (!dataConverter && plugins.length === 0) return { workflowBundle: { codePath: bundlePath } };
  return {
    workflowsPath: builtFile('workflows/index.js'),
    plugins: [...plugins],
    ...(dataConverter && { dataConverter }),
  };
}

export async function createWorkers({
  connection,
  namespace,
  dataConverter,
  plugins = [],
  deployment,
  identity,
  activities,
  aloneActivities,
  slots,
  graceMs,
}: WorkerSetup): Promise<Worker[]> {
  const common = {
    connection,
    namespace,
    ...(identity === undefined ? {} : { identity }),
    plugins: [...plugins],
    ...(dataConverter && { dataConverter }),
    ...(deployment && {
      workerDeploymentOptions: {
        version: deployment,
        useWorkerVersioning: true,
        // Each build replays the histories of the builds before it; `darkroom replay` checks that.
        defaultVersioningBehavior: 'AUTO_UPGRADE' as const,
      },
    }),
    // Progress and cancellation travel with heartbeats; the default throttle delays both by most of the timeout.
    maxHeartbeatThrottleInterval: '500ms',
    defaultHeartbeatThrottleInterval: '500ms',
    shutdownGraceTime: graceMs,
    shutdownForceTime: graceMs + FORCE_MS,
  } satisfies Omit<WorkerOptions, 'taskQueue'>;
  const { io, ...computing } = slots;
  const { runStage, download, notify } = activities;
  const waiting = {
    main: (concurrent: number) =>
      Worker.create({
        ...common,
        taskQueue: MAIN_QUEUE,
        ...workflowOptions({ dataConverter, plugins }),
        activities: { ...activities },
        maxConcurrentActivityTaskExecutions: concurrent,
        maxConcurrentWorkflowTaskExecutions: WORKFLOW_TASKS,
        maxCachedWorkflows: countCachedWorkflows(machineMemory()),
      }),
    net: (concurrent: number) =>
      Worker.create({
        ...common,
        taskQueue: DOWNLOAD_QUEUE,
        activities: { download },
        maxConcurrentActivityTaskExecutions: concurrent,
      }),
    callbacks: (concurrent: number) =>
      Worker.create({
        ...common,
        taskQueue: CALLBACK_QUEUE,
        activities: { notify },
        maxConcurrentActivityTaskExecutions: concurrent,
      }),
  };
  const alone = (taskQueue: string) =>
    Worker.create({
      ...common,
      taskQueue: aloneQueueOf(taskQueue),
      activities: { ...aloneActivities },
      maxConcurrentActivityTaskExecutions: 1,
    });
  return Promise.all([
    ...(io === undefined ? [] : [waiting.main(io), waiting.net(io), waiting.callbacks(io)]),
    ...(io === undefined ? [] : [MAIN_QUEUE, DOWNLOAD_QUEUE].map(alone)),
    ...Object.keys(computing).map((capability) => alone(queueOf(capability))),
    ...Object.entries(computing).map(([capability, concurrent]) =>
      Worker.create({
        ...common,
        taskQueue: queueOf(capability),
        activities: { runStage },
        maxConcurrentActivityTaskExecutions: concurrent,
      }),
    ),
  ]);
}

/**
 * Runs until `stop` aborts; then running activities are cancelled, and the workers end. `later` gives workers that join
 * them, until its signal aborts.
 */
export async function runWorkers(
  workers: readonly Worker[],
  stop: AbortSignal,
  later: (over: AbortSignal) => AsyncIterable<readonly Worker[]> = none,
): Promise<void> {
  const crew: { worker: Worker; run: Promise<void> }[] = [];
  const shutdown = () => {
    for (const { worker } of crew) if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  // Without this, the failure of one worker would leave its queues unserved.
  const over = new AbortController();
  const begin = (worker: Worker) => {
    const run = worker.run().finally(() => over.abort());
    run.catch(() => undefined);
    crew.push({ worker, run });
  };
  over.signal.addEventListener('abort', shutdown, { once: true });
  stop.addEventListener('abort', () => over.abort(), { once: true });
  for (const worker of workers) begin(worker);
  if (stop.aborted) over.abort();
  for await (const more of later(over.signal)) {
    for (const worker of more) begin(worker);
    if (over.signal.aborted) shutdown();
  }
  await Promise.allSettled(crew.map(({ run }) => run));
  await Promise.all(crew.map(({ run }) => run));
}

async function* none(): AsyncGenerator<never> {}
