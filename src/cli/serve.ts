/** `darkroom serve`: runs Temporal (unless TEMPORAL_ADDRESS is set), a worker and the API on this machine. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadKeyring } from '../auth/load-keyring.ts';
import { type Config, readConfig } from '../config/config.ts';
import { type DataLock, lockDataDir } from '../data-directory/lock.ts';
import { openDataDirectory } from '../data-directory/open.ts';
import { publishServerAddress } from '../data-directory/server-address.ts';
import { makeDirectory } from '../lib/make-directory.ts';
import { createLog, type Log } from '../log.ts';
import { createClient, type TemporalTarget } from '../temporal/connection.ts';
import { findTemporal } from '../temporal/embedded/binary.ts';
import { type EmbeddedTemporal, startEmbeddedTemporal } from '../temporal/embedded/server.ts';
import { registerSearchAttributes, setRetention } from '../temporal/namespace.ts';
import { scheduleRetention } from '../temporal/schedule.ts';
import { loadTracing } from '../tracing/load-tracing.ts';
import { type ApiServer, startApi } from './api.ts';
import { shutdownSignal } from './shutdown-signal.ts';
import { findTarget } from './temporal-target.ts';
import { superviseWorker } from './worker-process.ts';

const LOCK_TIMEOUT_MS = 4000;
/** A worker usually starts and sends its first heartbeat within this time. */
const START_MS = 10_000;

export async function serve(): Promise<void> {
  const config = readConfig();
  const log = createLog(config.DARKROOM_LOG_LEVEL, 'serve');
  const shutdown = new AbortController();
  const stopped = shutdownSignal().then(() => shutdown.abort());
  const stops: (() => Promise<void>)[] = [];
  try {
    // A shutdown during the start stops the parts that have started.
    await Promise.race([start(config, log, stops, shutdown.signal), stopped]);
    await stopped;
    console.log('darkroom is stopping …');
  } finally {
    // In reverse order: each part stops before those that it needs.
    for (const stop of stops.reverse()) await stop();
  }
  process.exit();
}

/** Starts all parts. `stops` gets a function for each started one, also when a later one fails. */
async function start(
  config: Config,
  log: Log,
  stops: (() => Promise<void>)[],
  shutdown: AbortSignal,
): Promise<void> {
  await openDataDirectory(config.DARKROOM_DATA);
  const lock = await acquireLock(config.DARKROOM_DATA);
  stops.push(() => lock.release());
  await makeDirectory(join(config.DARKROOM_DATA, 'inputs'), 'DARKROOM_DATA');
  await loadKeyring(config.DARKROOM_MASTER_KEY, config.DARKROOM_DATA);

  const embedded = config.embedded ? await startTemporal(config, log, shutdown) : null;
  if (embedded) stops.push(() => embedded.stop());
  const target = await findTarget(config, embedded?.address);
  if (embedded) await prepareNamespace(config, target);
  const apiLog = createLog(config.DARKROOM_LOG_LEVEL, 'api');
  const tracing = await loadTracing('darkroom-api', apiLog);
  const server = await startApi(config, target, apiLog, { tracing });
  stops.push(() => server.close());
  stops.push(await publishServerAddress(config.DARKROOM_DATA, config.localUrl));
  const worker = superviseWorker({
    target,
    embedded: embedded !== null,
    log,
    graceMs: config.DARKROOM_GRACE_MS,
  });
  stops.push(() => worker.stop());
  await Promise.all([worker.ready, waitUntilReady(server.findReadinessFailures, shutdown)]);
  if (!shutdown.aborted) printAddresses(config, target);
}

/** Retries for a while: the worker of a killed `serve` holds the lock while it stops the orphaned Temporal server. */
async function acquireLock(dir: string): Promise<DataLock> {
  for (const deadline = Date.now() + LOCK_TIMEOUT_MS; ; ) {
    try {
      return await lockDataDir(dir);
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(250);
    }
  }
}

async function startTemporal(config: Config, log: Log, signal: AbortSignal): Promise<EmbeddedTemporal> {
  const print = (message: string) => console.log(`darkroom: ${message}`);
  const binary = await findTemporal({
    cacheDir: config.DARKROOM_CACHE,
    env: process.env,
    log: print,
    signal,
  });
  return startEmbeddedTemporal({
    binary: binary.path,
    dataDir: config.DARKROOM_DATA,
    log: (message) => log.info(message),
  });
}

const parts = { temporal: 'Temporal', store: 'the object store', worker: 'a worker' } as const;

/** Resolves when the server is ready or shuts down. Prints what is missing if that takes long, and when it changes. */
async function waitUntilReady(
  findReadinessFailures: ApiServer['findReadinessFailures'],
  shutdown: AbortSignal,
): Promise<void> {
  let printed = '';
  for (const deadline = Date.now() + START_MS; !shutdown.aborted; ) {
    const failures = await findReadinessFailures();
    if (failures.length === 0) return;
    const text = failures
      .map(({ part, reason }) => `${parts[part]} is missing${reason === null ? '' : ` (${reason})`}`)
      .join('; ');
    if (text !== printed && Date.now() > deadline) {
      console.log(`darkroom: not ready: ${text}. Retrying every second; "darkroom doctor" shows details`);
      printed = text;
    }
    await sleep(printed === '' ? 100 : 1000);
  }
}

/** Prepares the namespace of the embedded server. API and workers prepare that of a cluster, as far as permitted. */
async function prepareNamespace(config: Config, target: TemporalTarget): Promise<void> {
  const client = createClient(target);
  await registerSearchAttributes(client);
  await setRetention(client, config.DARKROOM_RETENTION_DAYS);
  await scheduleRetention(client);
  await client.connection.close();
}

function describeRetention({ DARKROOM_KEEP_DAYS: days }: Config): string {
  if (days === null) return 'kept forever (DARKROOM_KEEP_DAYS)';
  return `kept for ${days} ${days === 1 ? 'day' : 'days'} after the end of a job (DARKROOM_KEEP_DAYS)`;
}

function describeTemporalUi({ temporalUi, publicUrl }: Config, { address }: TemporalTarget): string {
  if (temporalUi === 'serve') return `${publicUrl}/temporal`;
  return temporalUi === 'none' ? `(of the cluster at ${address})` : temporalUi;
}

function printAddresses(config: Config, target: TemporalTarget): void {
  const { publicUrl } = config;
  const rows = [
    ['Console', `${publicUrl}/`],
    ['API', publicUrl],
    ['Docs', `${publicUrl}/docs`],
    ['Temporal Web UI', describeTemporalUi(config, target)],
    ['Data', config.DARKROOM_DATA],
    ['Results', describeRetention(config)],
  ];
  console.log(
    `\ndarkroom is ready\n${rows.map(([name, value]) => `  ${name?.padEnd(16)} ${value}`).join('\n')}\n`,
  );
}
