/** A darkroom of its own for the benches, and how they report. */
import { type ChildProcess, fork } from 'node:child_process';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { readConfig } from '../src/config.ts';
import { findTemporal } from '../src/temporal/embedded/binary.ts';
import { startEmbeddedTemporal } from '../src/temporal/embedded/server.ts';
import { registerSearchAttributes } from '../src/temporal/namespace.ts';

export interface Row {
  readonly what: string;
  readonly value: number;
  readonly baseline: number;
  readonly unit: string;
  /** What darkroom takes or does, as a multiple of the baseline. */
  readonly ratio: number;
}

export interface Rig {
  readonly url: string;
  readonly client: Client;
  readonly dataDir: string;
  /** The worker runs only where a bench is about work, so that it does not compete with the others. */
  startWorker(): Promise<void>;
  stop(): Promise<void>;
}

const main = fileURLToPath(new URL('../src/main.js', import.meta.url));

export async function startRig(dataDir: string): Promise<Rig> {
  const { path: binary } = await findTemporal({
    cacheDir: readConfig().DARKROOM_CACHE,
    env: process.env,
    log: console.log,
  });
  const temporal = await startEmbeddedTemporal({
    binary,
    dataDir,
    preferredPort: 0,
    preferredUiPort: 0,
    log: console.log,
  });
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const env = {
    ...process.env,
    TEMPORAL_ADDRESS: temporal.address,
    DARKROOM_DATA: dataDir,
    DARKROOM_LISTEN: `127.0.0.1:${port}`,
    DARKROOM_ALLOW_NETWORKS: '127.0.0.1/32',
    DARKROOM_LOG_LEVEL: 'error',
  };
  const children: ChildProcess[] = [];
  const run = (command: string) => {
    const child = fork(main, [command], { env, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    children.push(child);
    return child;
  };
  const api = run('api');
  const client = new Client({ connection: await Connection.connect({ address: temporal.address }) });
  while (
    !(await fetch(`${url}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    ))
  )
    await sleep(100);
  await registerSearchAttributes(client);
  let worker: Promise<void> | undefined;
  return {
    url,
    client,
    dataDir,
    startWorker: () => {
      worker ??= new Promise((resolve) => void run('worker').once('message', () => resolve()));
      return worker;
    },
    stop: async () => {
      await client.connection.close();
      for (const child of [...children].reverse()) await ended(child);
      await temporal.stop();
      void api;
    },
  };
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null) return resolve();
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Times two things in turn, so that a change of the machine's mood meets both; gives the median of each in milliseconds. */
export async function inTurn(
  times: number,
  ours: (index: number) => Promise<unknown>,
  raw: (index: number) => Promise<unknown>,
) {
  const measured = { ours: [] as number[], raw: [] as number[] };
  for (let index = 0; index < times; index++) {
    for (const [kind, run] of [
      ['raw', raw],
      ['ours', ours],
    ] as const) {
      const started = performance.now();
      await run(index);
      measured[kind].push(performance.now() - started);
    }
  }
  return { ours: median(measured.ours), raw: median(measured.raw) };
}

function median(numbers: number[]): number {
  return numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

export function row(what: string, unit: string, value: number, baseline: number): Row {
  return { what, unit, value, baseline, ratio: value / baseline };
}
