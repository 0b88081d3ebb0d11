/** Checks Temporal: the embedded binary or the cluster, the namespace, the workers, and workflows that fail. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Client, isGrpcServiceError } from '@temporalio/client';
import type { Config } from '../../config/config.ts';
import { mapConcurrent } from '../../lib/map-concurrent.ts';
import { formatDuration } from '../../lib/units.ts';
import { createClient, grpcCode, type TemporalTarget } from '../../temporal/connection.ts';
import { findTemporal } from '../../temporal/embedded/binary.ts';
import { liveCapabilities } from '../../temporal/live-workers.ts';
import { missingSearchAttributes, registrationCommand } from '../../temporal/namespace.ts';
import { isWorkflowFailing, toPendingActivities } from '../../temporal/pending-activities.ts';
import { queueStates } from '../../temporal/queues.ts';
import { broken, type Finding, ok, readMessage, warning } from './finding.ts';

const TIMEOUT_MS = 5000;

/** Checks the binary that `darkroom serve` would run. Downloads and builds nothing. */
export async function checkBinary({ DARKROOM_CACHE }: Config): Promise<Finding> {
  const check = 'Temporal binary';
  try {
    const search = { cacheDir: DARKROOM_CACHE, env: process.env, log: () => undefined, onlyLook: true };
    const { path, version } = await findTemporal(search);
    return ok(check, `${path} (server ${version})`);
  } catch (error) {
    if (process.env['TEMPORAL_CLI_PATH'])
      return broken(check, readMessage(error), 'Change or unset TEMPORAL_CLI_PATH');
    return warning(
      check,
      'no usable binary found',
      'The first "darkroom serve" downloads or builds it, which takes minutes; or install Temporal\'s CLI',
    );
  }
}

/** Returns the address of the embedded server of this data directory; null if none runs. */
export async function embeddedAddress({ DARKROOM_DATA }: Config): Promise<string | null> {
  try {
    const { address } = JSON.parse(await readFile(join(DARKROOM_DATA, 'temporal.pid'), 'utf8')) as {
      address?: unknown;
    };
    return typeof address === 'string' ? address : null;
  } catch {
    return null;
  }
}

export async function checkServer(
  target: TemporalTarget,
  embedded: boolean,
  capabilities: readonly string[],
): Promise<Finding[]> {
  const client = createClient(target);
  try {
    return await client.withDeadline(Date.now() + TIMEOUT_MS, () => findings(client, target, capabilities));
  } catch (error) {
    const code = grpcCode(error);
    // For a timeout or a missing connection, gRPC's own message does not help.
    const why =
      code === 4 || code === 14 ? '' : `: ${isGrpcServiceError(error) ? error.details : readMessage(error)}`;
    const found = `${target.address} does not answer${why}`;
    return [
      embedded
        ? warning(
            'Temporal',
            found,
            'It is left from a darkroom that was killed; the next "darkroom serve" restarts it',
          )
        : broken('Temporal', found, 'Check TEMPORAL_ADDRESS, TLS and API key, and whether the cluster runs'),
    ];
  } finally {
    await client.connection.close();
  }
}

async function findings(
  client: Client,
  { address, namespace }: TemporalTarget,
  capabilities: readonly string[],
): Promise<Finding[]> {
  const { serverVersion } = await client.workflowService.getSystemInfo({});
  const server = ok('Temporal', `${address} (server ${serverVersion})`);
  const absent = await client.workflowService.describeNamespace({ namespace }).then(
    () => null,
    (error: unknown) => error,
  );
  if (absent)
    return [
      server,
      broken(
        'namespace',
        `${namespace}: ${readMessage(absent)}`,
        `Create it: temporal operator namespace create --namespace ${namespace}`,
      ),
    ];
  return [
    server,
    ok('namespace', namespace),
    await checkSearchAttributes(client, namespace),
    ...(await checkWorkers(client, capabilities)),
    await checkQueues(client, capabilities),
    ...(await checkWorkflows(client)),
  ];
}

async function checkSearchAttributes(client: Client, namespace: string): Promise<Finding> {
  const check = 'search attributes';
  const missing = await missingSearchAttributes(client);
  if (missing.length === 0) return ok(check, 'registered');
  const names = missing.map(({ name }) => name).join(', ');
  const commands = missing.map((attribute) => registrationCommand(namespace, attribute));
  return broken(
    check,
    `${names}: missing, or of another type`,
    `API and workers register them if permitted; otherwise run: ${commands.join(' && ')}`,
  );
}

async function checkWorkers(client: Client, capabilities: readonly string[]): Promise<Finding[]> {
  const live = await liveCapabilities(client, capabilities);
  return capabilities.map((capability) =>
    live.has(capability)
      ? ok('worker', `${capability} worker online`)
      : broken(
          'worker',
          `no ${capability} worker online: jobs that need it wait`,
          'Start one: darkroom worker',
        ),
  );
}

/** Tasks may wait. They must not if no worker polls their queue. */
async function checkQueues(client: Client, capabilities: readonly string[]): Promise<Finding> {
  const check = 'task queues';
  const waiting = (await queueStates(client, capabilities)).filter((queue) => queue.waiting > 0);
  const found = waiting
    .map(
      (queue) =>
        `${queue.name} (${queue.taskType}): ${queue.waiting} waiting for up to ${formatDuration(queue.oldestSeconds * 1000)}, ${queue.workers} workers`,
    )
    .join('; ');
  if (waiting.length === 0) return ok(check, 'nothing waits');
  return waiting.some(({ workers }) => workers === 0)
    ? broken(check, found, 'Start a worker that polls this queue: darkroom worker')
    : ok(check, found);
}

/** Maximum number of unfinished jobs to inspect, latest first. */
const MAX_INSPECTED = 100;

async function checkWorkflows(client: Client): Promise<Finding[]> {
  const check = 'workflows';
  const query = `WorkflowType = 'processJob' AND ExecutionStatus = 'Running'`;
  const ids: string[] = [];
  for await (const { workflowId } of client.workflow.list({ query, pageSize: MAX_INSPECTED })) {
    ids.push(workflowId);
    if (ids.length === MAX_INSPECTED) break;
  }
  const inspected = await mapConcurrent(ids, { concurrency: 10 }, async (id) => {
    const { raw } = await client.workflow.getHandle(id).describe();
    const isPaused = (await toPendingActivities(client, raw)).some(({ state }) => state === 'paused');
    return { id, isFailing: isWorkflowFailing(raw), isPaused };
  });
  const failing = inspected.filter(({ isFailing }) => isFailing).map(({ id }) => id);
  const paused = inspected.filter(({ isPaused }) => isPaused).map(({ id }) => id);
  const findings: Finding[] = [];
  if (failing[0] !== undefined)
    findings.push(
      broken(
        check,
        `workers cannot run ${nameFirst(failing)}`,
        `The log of the worker has the cause ("Failing workflow task"); so does: temporal workflow show --workflow-id ${failing[0]}`,
      ),
    );
  if (paused[0] !== undefined)
    findings.push(
      warning(
        check,
        `an activity is paused in Temporal of ${nameFirst(paused)}`,
        `To go on: temporal activity unpause --workflow-id ${paused[0]}`,
      ),
    );
  return findings.length > 0 ? findings : [ok(check, `${ids.length} unfinished, none failing`)];
}

const nameFirst = ([first, ...others]: readonly string[]): string =>
  `${first}${others.length > 0 ? ` and ${others.length} more` : ''}`;
