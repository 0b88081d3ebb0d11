/** A darkroom for one benchmark: Temporal, the API and, on request, a worker, each in its own process. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { composeApi } from '../src/compose.ts';
import { readConfig } from '../src/config/config.ts';
import type { ObjectStore } from '../src/storage/object-store.ts';
import { embeddedTarget } from '../src/temporal/connection.ts';
import { findTemporal } from '../src/temporal/embedded/binary.ts';
import { freePort } from '../src/temporal/embedded/ports.ts';
import { startEmbeddedTemporal } from '../src/temporal/embedded/server.ts';
import { registerSearchAttributes } from '../src/temporal/namespace.ts';

export interface Rig {
  readonly url: string;
  readonly client: Client;
  readonly dataDir: string;
  readonly store: ObjectStore;
  /** Address of Temporal. */
  readonly address: string;
  /** Process ids. */
  readonly api: number;
  readonly temporal: number;
  /**
   * Starts a worker and returns its process id. Benchmarks without jobs run without one, so that it takes no CPU time.
   *
   * @param options A further worker, with some capabilities and settings. Default: one with all, which is started once.
   */
  startWorker(options?: WorkerOptions): Promise<number>;
  stop(): Promise<void>;
}

interface WorkerOptions {
  readonly capabilities: string;
  readonly env?: Readonly<Record<string, string>>;
}

const HOST = '127.0.0.1';
const main = fileURLToPath(new URL('../src/main.js', import.meta.url));

/** @param store as in DARKROOM_STORE; default: in the data directory */
export async function startRig(dataDir: string, store?: string): Promise<Rig> {
  const { path: binary } = await findTemporal({
    cacheDir: readConfig().DARKROOM_CACHE,
    env: process.env,
    log: console.log,
  });
  const temporal = await startEmbeddedTemporal({
    binary,
    dataDir,
    preferredPort: 0,
    log: console.log,
  });
  const listen = `${HOST}:${await freePort(HOST, 0)}`;
  const url = `http://${listen}`;
  const env = {
    ...process.env,
    TEMPORAL_ADDRESS: temporal.address,
    DARKROOM_DATA: dataDir,
    DARKROOM_STORE: store ?? '',
    DARKROOM_LISTEN: listen,
    DARKROOM_ALLOW_NETWORKS: '127.0.0.1/32',
    DARKROOM_LOG_LEVEL: 'error',
    // Each round has the same inputs.
    DARKROOM_REUSE_DAYS: 'none',
    // As in the worker of `darkroom serve`.
    UV_THREADPOOL_SIZE: String(availableParallelism() + 6),
  };
  const children: ChildProcess[] = [];
  const run = (args: readonly string[], more: Readonly<Record<string, string>> = {}) => {
    const child = fork(main, args, {
      env: { ...env, ...more },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    children.push(child);
    // Stops the child if the benchmark fails or is interrupted.
    const kill = () => void child.kill();
    process.once('exit', kill);
    child.once('exit', () => process.off('exit', kill));
    return child;
  };
  const api = run(['api']);
  const client = new Client({ connection: await Connection.connect({ address: temporal.address }) });
  while (!(await isUp(url))) {
    if (api.exitCode !== null) throw new Error(`The API ended with ${api.exitCode}`);
    await sleep(100);
  }
  await registerSearchAttributes(client);
  const parts = await composeApi(readConfig(env), embeddedTarget(temporal.address));
  const startWorker = async (args: readonly string[], more?: Readonly<Record<string, string>>) => {
    const child = run(['worker', ...args], more);
    await once(child, 'message');
    return child.pid ?? 0;
  };
  let worker: Promise<number> | undefined;
  return {
    url,
    client,
    dataDir,
    store: parts.store,
    address: temporal.address,
    api: api.pid ?? 0,
    temporal: temporal.pid,
    startWorker: (options) => {
      if (options) return startWorker(['--capabilities', options.capabilities], options.env);
      worker ??= startWorker([]);
      return worker;
    },
    stop: async () => {
      await client.connection.close();
      for (const child of [...children].reverse()) await terminate(child);
      await temporal.stop();
    },
  };
}

const isUp = (url: string): Promise<boolean> =>
  fetch(`${url}/healthz`).then(
    ({ ok }) => ok,
    () => false,
  );

async function terminate(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}
