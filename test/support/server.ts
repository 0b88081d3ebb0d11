/** A whole darkroom, started the way a user starts it, with a data directory and ports of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TemporalTarget } from '../../src/temporal/connection.ts';
import { createRequests, type RunningDarkroom, waitUntilReady } from './darkroom.ts';
import { freePort } from './ports.ts';
import { createNamespace, isTemporalShared } from './shared-temporal.ts';

export { JOB_TIMEOUT_MS, sleep } from './darkroom.ts';

const main = fileURLToPath(new URL('../../dist/src/main.js', import.meta.url));

/** A darkroom in a process of its own. */
export interface Darkroom extends RunningDarkroom {
  readonly process: ChildProcess;
}

type Environment = Readonly<Record<string, string | undefined>>;

export interface DarkroomOptions {
  /** Replaces the settings of tests; undefined: unset. */
  readonly env?: Environment;
  readonly dataDir?: string;
  readonly command?: 'serve' | 'api';
  /** What requests log in with, unless they say otherwise. */
  readonly token?: string;
  /** Do not wait until it is ready. */
  readonly skipReadiness?: boolean;
}

/** Milliseconds for requests and activities that still run when a server stops. */
const GRACE_MS = '1000';

/** Data directory → the namespace that its jobs are in. */
const namespaces = new Map<string, Promise<TemporalTarget>>();

/** Where the jobs of a data directory are, when they are in the shared Temporal server; else null. */
export async function findNamespace(dataDir: string): Promise<TemporalTarget | null> {
  return (await namespaces.get(dataDir)) ?? null;
}

/** Settings that name the shared Temporal server, for a stack that does not bring its own. */
export async function temporalSettings(dataDir: string, env: Environment): Promise<Record<string, string>> {
  if ('TEMPORAL_ADDRESS' in env || !isTemporalShared()) return {};
  const known = namespaces.get(dataDir) ?? createNamespace();
  namespaces.set(dataDir, known);
  const { address, namespace } = await known;
  return { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace };
}

/** Environment of a darkroom under test: nothing of the caller's but where programs and caches are. */
export const defaultSettings = (dataDir: string, port: string): Record<string, string | undefined> => ({
  PATH: process.env['PATH'],
  HOME: process.env['HOME'],
  XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'],
  DARKROOM_CACHE: process.env['DARKROOM_CACHE'],
  DARKROOM_LISTEN: `127.0.0.1:${port}`,
  DARKROOM_DATA: dataDir,
  DARKROOM_ALLOW_NETWORKS: '127.0.0.0/8',
  DARKROOM_LOG_LEVEL: 'warn',
  DARKROOM_GRACE_MS: GRACE_MS,
});

export async function startDarkroom({
  env = {},
  dataDir,
  command = 'serve',
  token,
  skipReadiness,
}: DarkroomOptions = {}): Promise<Darkroom> {
  const data = dataDir ?? (await mkdtemp(join(tmpdir(), 'darkroom-test-')));
  const port = env['DARKROOM_LISTEN']?.split(':').at(-1) ?? String(await freePort());
  const url = `http://127.0.0.1:${port}`;
  const temporal = await temporalSettings(data, env);
  const child = spawn(process.execPath, [main, command], {
    env: { ...defaultSettings(data, port), ...temporal, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const darkroom: Darkroom = {
    url,
    dataDir: data,
    process: child,
    output: () => output,
    ...createRequests({ url, token, temporalRuns: 'TEMPORAL_ADDRESS' in temporal, output: () => output }),
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      return exited;
    },
    dispose: async () => {
      await darkroom.stop();
      await rm(data, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  if (!skipReadiness) await ready(darkroom);
  return darkroom;
}

/** Waits until all parts of a darkroom are available. Throws, with its log, when it ends first or takes too long. */
export const ready = (darkroom: Darkroom): Promise<void> =>
  waitUntilReady(darkroom, () => darkroom.process.exitCode !== null);
