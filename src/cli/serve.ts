/** `darkroom serve`: everything on this machine. Temporal (unless TEMPORAL_ADDRESS names one), a worker, the API. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadKeyring } from '../auth/load-keyring.ts';
import { type Config, readConfig } from '../config/config.ts';
import { openDataDirectory } from '../data-directory/format.ts';
import { type DataLock, lockDataDir } from '../data-directory/lock.ts';
import { makeDirectory } from '../data-directory/make-directory.ts';
import { createLog, type Log } from '../log.ts';
import {
  createClient,
  embeddedTarget,
  type TemporalTarget,
  targetFromEnvironment,
} from '../temporal/connection.ts';
import { findTemporal } from '../temporal/embedded/binary.ts';
import { type EmbeddedTemporal, startEmbeddedTemporal } from '../temporal/embedded/server.ts';
import { registerSearchAttributes, setRetention } from '../temporal/namespace.ts';
import { scheduleRetention } from '../temporal/schedule.ts';
import { type ApiServer, startApi } from './api.ts';
import { shutdownSignal } from './shutdown-signal.ts';
import { superviseWorker } from './worker-process.ts';

const LOCK_PATIENCE_MS = 4000;
/** A worker starts, and is heard of, within this. */
const START_MS = 10_000;

export async function serve(): Promise<void> {
  const config = readConfig();
  const log = createLog(config.DARKROOM_LOG_LEVEL, 'serve');
  const told = new AbortController();
  const stopped = shutdownSignal().then(() => told.abort());
  const stops: (() => Promise<void>)[] = [];
  try {
    // Who is told to stop while still starting stops what has started so far.
    await Promise.race([start(config, log, stops, told.signal), stopped]);
    await stopped;
    console.log('darkroom is stopping …');
  } finally {
    // In reverse: nothing is asked of a part that has gone before.
    for (const stop of stops.reverse()) await stop();
  }
  process.exit();
}

/** What is started is entered into `stops`, also when a later part cannot start. */
async function start(
  config: Config,
  log: Log,
  stops: (() => Promise<void>)[],
  told: AbortSignal,
): Promise<void> {
  await openDataDirectory(config.DARKROOM_DATA);
  const lock = await lockPatiently(config.DARKROOM_DATA);
  stops.push(() => lock.release());
  await makeDirectory(join(config.DARKROOM_DATA, 'inputs'), 'DARKROOM_DATA');
  await loadKeyring(config.DARKROOM_MASTER_KEY, config.DARKROOM_DATA);

  const embedded = config.embedded ? await startTemporal(config, log, told) : null;
  if (embedded) stops.push(() => embedded.stop());
  const target = embedded ? embeddedTarget(embedded.address) : targetFromEnvironment();
  if (embedded) await prepareNamespace(config, target);
  const server = await startApi(config, target, createLog(config.DARKROOM_LOG_LEVEL, 'api'), embedded?.uiUrl);
  stops.push(() => server.close());
  const worker = superviseWorker({
    target,
    embedded: embedded !== null,
    log,
    graceMs: config.DARKROOM_GRACE_MS,
  });
  stops.push(() => worker.stop());
  await Promise.all([worker.ready, untilReady(server.lacking, told)]);
  if (!told.aborted) announce(config, target, embedded);
}

/** The worker of a `serve` that was killed holds the data directory while it ends the Temporal server that was left. */
async function lockPatiently(dir: string): Promise<DataLock> {
  for (const deadline = Date.now() + LOCK_PATIENCE_MS; ; ) {
    try {
      return await lockDataDir(dir);
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(250);
    }
  }
}

async function startTemporal(config: Config, log: Log, signal: AbortSignal): Promise<EmbeddedTemporal> {
  const tell = (message: string) => console.log(`darkroom: ${message}`);
  const binary = await findTemporal({ cacheDir: config.DARKROOM_CACHE, env: process.env, log: tell, signal });
  return startEmbeddedTemporal({
    binary: binary.path,
    dataDir: config.DARKROOM_DATA,
    log: (message) => log.info(message),
  });
}

const parts = { temporal: 'Temporal', store: 'the object store', worker: 'a worker' } as const;

/** Resolves once nothing is lacking, or the server is told to stop; says what is, when it lasts and when it changes. */
async function untilReady(lacking: ApiServer['lacking'], told: AbortSignal): Promise<void> {
  let said = '';
  for (const deadline = Date.now() + START_MS; !told.aborted; ) {
    const failures = await lacking();
    if (failures.length === 0) return;
    const text = failures
      .map(({ part, reason }) => `${parts[part]} is missing${reason === null ? '' : ` (${reason})`}`)
      .join('; ');
    if (text !== said && Date.now() > deadline) {
      console.log(
        `darkroom: not ready, for ${text}. It is tried again every second; "darkroom doctor" says more`,
      );
      said = text;
    }
    await sleep(said === '' ? 100 : 1000);
  }
}

/** Our own server's namespace; a cluster's is prepared, as far as we may, by API and workers. */
async function prepareNamespace(config: Config, target: TemporalTarget): Promise<void> {
  const client = createClient(target);
  await registerSearchAttributes(client);
  await setRetention(client, config.DARKROOM_RETENTION_DAYS);
  await scheduleRetention(client);
  await client.connection.close();
}

function announce(config: Config, target: TemporalTarget, embedded: EmbeddedTemporal | null): void {
  const rows = [
    ['Console', `${config.publicUrl}/`],
    ['API', config.publicUrl],
    ['Docs', `${config.publicUrl}/docs`],
    ['Temporal Web UI', embedded?.uiUrl ?? `(of the cluster at ${target.address})`],
    ['Data', config.DARKROOM_DATA],
  ];
  console.log(
    `\ndarkroom is ready\n${rows.map(([name, value]) => `  ${name?.padEnd(16)} ${value}`).join('\n')}\n`,
  );
}
