/** `darkroom worker`: processes of their own, beside an API, against a Temporal server that is not theirs. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AssetDownload } from '../../../src/jobs/ports/run-files.ts';
import { waitUntilReady } from '../../support/darkroom.ts';
import { temporalSettings } from '../../support/server.ts';
import { type Darkroom, sleep, startStack } from '../../support/stack.ts';
import { temporalOf } from '../../support/temporal.ts';
import { startWeb } from '../../support/web.ts';

const main = fileURLToPath(new URL('../../../dist/src/main.js', import.meta.url));

let dataDir: string;
let api: Darkroom;
let env: Record<string, string>;
/** Address and namespace of the jobs. */
let temporal: Record<string, string>;
const workers: ChildProcess[] = [];
/** Runs on after its test. */
let first: ChildProcess | undefined;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'darkroom-parts-'));
  await mkdir(join(dataDir, 'operations'));
  await writeFile(
    join(dataDir, 'operations/late.yaml'),
    'name: text.late\ntitle: Late\ndescription: Says so.\ninputs: { min: 0, max: 0 }\n' +
      'command: [late-tool, "{outputs}"]\nrun: all\nversion: [echo, "1.0"]\n',
  );
  env = {
    DARKROOM_STORE: `file:${join(dataDir, 'store')}`,
    DARKROOM_OPERATIONS: join(dataDir, 'operations'),
    DARKROOM_ALLOW_NETWORKS: '127.0.0.0/8',
    PATH: `${process.env['PATH']}:${join(dataDir, 'bin')}`,
  };
  api = await startStack({ command: 'api', env, dataDir: join(dataDir, 'api'), skipReadiness: true });
  temporal = await temporalSettings(api.dataDir, {});
});

afterAll(async () => {
  await Promise.all(workers.map(ended));
  await api.stop();
  await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
});

function startWorker(
  args: readonly string[] = [],
  stderr: 'inherit' | 'pipe' = 'inherit',
  address = temporal['TEMPORAL_ADDRESS'],
): ChildProcess {
  const worker = spawn(process.execPath, [main, 'worker', ...args], {
    env: {
      ...env,
      ...temporal,
      TEMPORAL_ADDRESS: address,
      DARKROOM_DATA: join(dataDir, 'api'),
      DARKROOM_WORK: join(dataDir, `work-${workers.length}`),
      // Without engines, whatever is installed on this machine.
      DARKROOM_CACHE: join(dataDir, 'cache'),
      DARKROOM_LOG_LEVEL: 'error',
    },
    stdio: ['ignore', 'ignore', stderr],
  });
  workers.push(worker);
  return worker;
}

function ended(worker: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (worker.exitCode !== null || worker.signalCode !== null) return resolve();
    worker.once('exit', () => resolve());
    worker.kill('SIGTERM');
  });
}

test('without a worker, the API reports that, and accepts jobs', async () => {
  await expect.poll(async () => (await api.request('/healthz').catch(() => null))?.status).toBe(200);
  await expect
    .poll(async () => (await api.request('/readyz')).json())
    .toEqual({ status: 'unavailable', missing: ['worker'] });
  await expect
    .poll(async () => (await api.submit({ id: 'early', operation: 'system.echo' }).catch(() => null))?.state)
    .toBe('created');
  expect(await (await api.request('/v1/operations/image.transform')).json()).toMatchObject({
    available: false,
  });
});

test('workers run only the capabilities of --capabilities', async () => {
  const waiting = startWorker(['--capabilities', 'io', '--worker-id', 'waiting']);
  await waitUntilReady(api);
  await mkdir(join(dataDir, 'api/inputs'), { recursive: true });
  const picture = { create: { width: 40, height: 30, channels: 3, background: '#808' } } as const;
  await sharp(picture).png().toFile(join(dataDir, 'api/inputs/photo.png'));
  const job = await api.submit({
    operation: 'image.transform',
    params: { width: 20 },
    assets: [{ source: { path: 'photo.png' } }],
  });
  await api.until(job.id, 'processing');
  expect(await (await api.request('/v1/operations/image.transform')).json()).toMatchObject({
    available: false,
  });
  const computing = startWorker(['--capabilities', 'cpu', '--worker-id', 'computing']);
  await api.until(job.id, 'completed');
  const client = await temporalOf(api);
  const { events } = await client.workflow.getHandle(`job/public/${job.id}`).fetchHistory();
  // Short steps run inside workflow tasks.
  const identities = events?.flatMap((event) => {
    const started = event.activityTaskStartedEventAttributes ?? event.workflowTaskStartedEventAttributes;
    return started?.identity ?? [];
  });
  expect(new Set(identities)).toEqual(new Set(['waiting', 'computing']));
  await client.connection.close();
  await Promise.all([ended(waiting), ended(computing)]);
});

test('a running worker offers an engine that is installed', async () => {
  const program = join(dataDir, 'bin/late-tool');
  first = startWorker();
  const job = { operation: 'text.late' };
  await expect.poll(async () => api.submit(job).catch(String)).toMatch(/No live worker can run text\.late/);
  await mkdir(join(dataDir, 'bin'), { recursive: true });
  await writeFile(program, '#!/bin/sh\necho late > "$1/late.txt"', { mode: 0o755 });
  await expect.poll(async () => (await api.submit(job).catch(() => null))?.operation).toBe('text.late');
});

test.each([
  ['cpu,4d', /no capability "4d"; there are io, cpu/],
  ['3d', /cannot offer 3d: run "darkroom engines install reconstruct" first/],
  [',', /--capabilities needs names/],
])('a worker that lacks a requested capability fails: %s', async (names, message) => {
  const worker = startWorker(['--capabilities', names], 'pipe');
  let said = '';
  worker.stderr?.on('data', (text) => (said += String(text)));
  const code = await new Promise((resolve) => worker.once('exit', resolve));
  expect(said).toMatch(message);
  expect(code).not.toBe(0);
});

test('two workers share the work, and one continues when the other is killed', async () => {
  startWorker();
  expect((await api.until('early', 'completed')).state).toBe('completed');
  const jobs = await Promise.all(
    Array.from({ length: 6 }, () => api.submit({ operation: 'test.echo', params: { delay_ms: 2500 } })),
  );
  await Promise.all(jobs.map(({ id }) => api.until(id, 'processing', 'completed')));
  first?.kill('SIGKILL');
  for (const { id } of jobs) expect((await api.until(id, 'completed', 'failed')).state).toBe('completed');
});

/** Between a worker and Temporal, until it is cut. */
async function startWire(): Promise<{ readonly address: string; cut(): void }> {
  const [host, port] = (temporal['TEMPORAL_ADDRESS'] ?? '').split(':');
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(Number(port), host);
    for (const socket of [near, far]) sockets.add(socket.on('error', () => undefined));
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

test('a worker that was disconnected during a download overwrites no download of another worker', async () => {
  await Promise.all(workers.map(ended));
  const held: (() => void)[] = [];
  let cutOff = false;
  const web = await startWeb({
    '/asset': (_, response) => {
      if (cutOff) response.end('of the second');
      else held.push(() => response.end('of the first'));
    },
  });
  const wire = await startWire();
  try {
    startWorker([], 'inherit', wire.address);
    const asset = { source: { url: `${web.url}/asset` } };
    const { id } = await api.submit({ operation: 'test.echo', assets: [asset, asset] });
    await expect.poll(() => held.length).toBe(2);
    wire.cut();
    cutOff = true;
    startWorker();
    await api.until(id, 'completed');
    // It gets one of the two, and time to keep it; without the other it can record nothing.
    held[0]?.();
    await sleep(3000);
    const store = join(dataDir, 'store');
    const { records } = JSON.parse(
      await readFile(join(store, `public/jobs/${id}/inputs/00000.json`), 'utf8'),
    ) as { records: AssetDownload[] };
    expect(records).toHaveLength(2);
    for (const { location, sha256 } of records) {
      if (!location || !('key' in location)) throw new Error('It was not fetched');
      const bytes = await readFile(join(store, location.key));
      expect([String(bytes), createHash('sha256').update(bytes).digest('hex')]).toEqual([
        'of the second',
        sha256,
      ]);
    }
  } finally {
    wire.cut();
    await web.close();
  }
});
