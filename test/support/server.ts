/** A whole darkroom, started the way a user starts it, with a data directory and ports of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';
import type { Job, jobSpec } from '../../src/jobs/model/job.ts';
import type { TemporalTarget } from '../../src/temporal/connection.ts';
import { freePort } from './ports.ts';
import { createNamespace, isTemporalShared } from './shared-temporal.ts';

const main = fileURLToPath(new URL('../../dist/src/main.js', import.meta.url));

/** How long a job may take to come to a state: a model on a busy machine takes a minute or two. */
export const JOB_TIMEOUT_MS = 150_000;

/** How long Temporal may have too much to do, on a machine that has. */
const BUSY_MS = 15_000;

type LinkedJob = Job & { links: Record<string, string> };

export interface Darkroom {
  readonly url: string;
  readonly dataDir: string;
  readonly process: ChildProcess;
  /** What it printed so far. */
  readonly output: () => string;
  request(path: string, init?: RequestInit): Promise<Response>;
  submit(spec: z.input<typeof jobSpec>): Promise<LinkedJob>;
  /** Looks again, as clients do, where Temporal had too much to do to say. */
  get(id: string): Promise<LinkedJob>;
  /** Polls until the job is in one of these states. */
  until(id: string, ...states: Job['state'][]): Promise<LinkedJob>;
  /** As a user stops it; resolves with the exit code. */
  stop(): Promise<number | null>;
  /** Stops it and removes its data. */
  dispose(): Promise<void>;
}

export interface DarkroomOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly dataDir?: string;
  readonly command?: 'serve' | 'api';
  /** What requests log in with, unless they say otherwise. */
  readonly token?: string;
  /** Do not wait until it is ready. */
  readonly skipReadiness?: boolean;
}

/** Data directory → the namespace that its jobs are in. */
const namespaces = new Map<string, Promise<TemporalTarget>>();

/** Where the jobs of a data directory are, when they are in the shared Temporal server; else null. */
export async function findNamespace(dataDir: string): Promise<TemporalTarget | null> {
  return (await namespaces.get(dataDir)) ?? null;
}

/** Settings that name the shared Temporal server, for a stack that does not bring its own. */
async function temporalSettings(
  dataDir: string,
  env: Readonly<Record<string, string>>,
): Promise<Record<string, string>> {
  if ('TEMPORAL_ADDRESS' in env || !isTemporalShared()) return {};
  const known = namespaces.get(dataDir) ?? createNamespace();
  namespaces.set(dataDir, known);
  const { address, namespace } = await known;
  return { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace };
}

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
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'],
      DARKROOM_CACHE: process.env['DARKROOM_CACHE'],
      DARKROOM_LISTEN: `127.0.0.1:${port}`,
      DARKROOM_DATA: data,
      DARKROOM_ALLOW_NETWORKS: '127.0.0.0/8',
      DARKROOM_LOG_LEVEL: 'warn',
      ...temporal,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const request = (path: string, init?: RequestInit) => {
    const headers = new Headers(init?.headers);
    if (token !== undefined && !headers.has('authorization')) headers.set('authorization', `Bearer ${token}`);
    return fetch(new URL(path, url), { ...init, headers });
  };
  const get = async (id: string) => {
    for (const deadline = Date.now() + BUSY_MS; ; await sleep(100)) {
      const response = await request(`/v1/jobs/${id}`);
      if (response.status !== 503 || Date.now() > deadline) return (await response.json()) as LinkedJob;
    }
  };
  const darkroom: Darkroom = {
    url,
    dataDir: data,
    process: child,
    output: () => output,
    request,
    get,
    submit: async (spec) => {
      const response = await request('/v1/jobs', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(spec),
      });
      const body = await response.text();
      if (response.status !== 202) throw new Error(`Submission was answered ${response.status}: ${body}`);
      return JSON.parse(body) as LinkedJob;
    },
    until: async (id, ...states) => {
      const deadline = Date.now() + JOB_TIMEOUT_MS;
      for (;;) {
        const job = await get(id).catch(() => null);
        if (job && states.includes(job.state)) return job;
        if (Date.now() > deadline)
          throw new Error(`Job ${id} is ${JSON.stringify(job)}, not ${states.join(' or ')}\n${output}`);
        await sleep(50);
      }
    },
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

/** Waits until all parts of a darkroom are there. Throws, with its log, when it ends first or takes too long. */
export async function ready({ request, process: child, output }: Darkroom): Promise<void> {
  const deadline = Date.now() + JOB_TIMEOUT_MS;
  for (;;) {
    const response = await request('/readyz').catch(() => null);
    if (response?.status === 200) return;
    if (child.exitCode !== null) throw new Error(`darkroom ended with ${child.exitCode}:\n${output()}`);
    if (Date.now() > deadline)
      throw new Error(`darkroom is not ready: ${await response?.text()}\n${output()}`);
    await sleep(100);
  }
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
