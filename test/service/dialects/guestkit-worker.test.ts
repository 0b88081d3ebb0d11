/** guestkit: the responses about workers, with workers as processes of their own. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readConfig } from '../../../src/config/config.ts';
import { type Child, startChild } from '../../support/child.ts';
import { cli } from '../../support/cli.ts';
import { document, post } from '../../support/clients/guestkit/requests.ts';
import { installedEngine } from '../../support/engines.ts';
import { type Darkroom, startDarkroom } from '../../support/server.ts';
import { createNamespace } from '../../support/shared-temporal.ts';

const main = fileURLToPath(new URL('../../../dist/src/main.js', import.meta.url));

let root: string;
let api: Darkroom;
let env: Record<string, string>;
const workers: Child[] = [];

beforeAll(async () => {
  await installedEngine('guestprobe');
  root = await mkdtemp(join(tmpdir(), 'darkroom-guestkit-worker-'));
  await mkdir(join(root, 'empty'));
  const { address, namespace } = await createNamespace();
  const dataDir = join(root, 'data');
  await mkdir(dataDir);
  env = {
    TEMPORAL_ADDRESS: address,
    TEMPORAL_NAMESPACE: namespace,
    DARKROOM_DATA: dataDir,
    DARKROOM_STORE: `file:${join(root, 'store')}`,
    DARKROOM_MAX_ASSET_BYTES: '100G',
    DARKROOM_LOG_LEVEL: 'warn',
  };
  api = await startDarkroom({ command: 'api', env, dataDir, skipReadiness: true });
});
afterAll(async () => {
  for (const worker of workers) await worker.end();
  await api.stop();
  await rm(root, { recursive: true, force: true, maxRetries: 5 });
});

/** `cacheDir`: where engines are looked for. */
async function startWorker(name: string, cacheDir: string): Promise<Child> {
  const own = { DARKROOM_CACHE: cacheDir, DARKROOM_WORK: join(root, name), DARKROOM_IO_SLOTS: '7' };
  const worker = await startChild(process.execPath, [main, 'worker', '--worker-id', name], {
    env: { PATH: process.env['PATH'], ...env, ...own },
  });
  workers.push(worker);
  return worker;
}

async function capabilities(): Promise<unknown> {
  const response = await api.request('/api/v1/capabilities').catch(() => null);
  return ((await response?.json()) as { data?: unknown } | undefined)?.data;
}

test('capabilities are those of live workers, with the name of one', async () => {
  const none = { operations: [], features: [], disk_formats: [], max_disk_size_gb: 100 };
  const echoes = { ...none, operations: ['system.echo', 'test.echo'], max_concurrent_jobs: 7 };
  await expect.poll(capabilities).toMatchObject({ ...none, worker_id: null });

  const first = await startWorker('api-worker-01', join(root, 'empty'));
  await expect.poll(capabilities).toEqual({ ...echoes, worker_id: 'api-worker-01' });

  await startWorker('api-worker-02', readConfig().DARKROOM_CACHE);
  await expect.poll(capabilities).toEqual({
    worker_id: 'api-worker-01',
    operations: ['system.echo', 'test.echo', 'guestkit.inspect', 'guestkit.profile'],
    features: ['lvm'],
    disk_formats: expect.arrayContaining(['qcow2', 'vmdk', 'vdi', 'vhdx', 'raw']),
    max_concurrent_jobs: 1,
    max_disk_size_gb: 100,
  });

  await first.end();
  await expect.poll(capabilities).toMatchObject({ worker_id: 'api-worker-02' });
});

test('an image is rejected with 503 while no live worker has the engine', async () => {
  for (const worker of workers) await worker.end();
  await startWorker('api-worker-03', join(root, 'empty'));
  await expect.poll(capabilities).toMatchObject({ worker_id: 'api-worker-03' });
  await mkdir(join(root, 'data', 'inputs'), { recursive: true });
  await writeFile(join(root, 'data', 'inputs', 'a.qcow2'), 'an image');
  const data = { image: { path: 'a.qcow2' } };
  const response = await api.request(
    '/api/v1/jobs',
    post(document('waits', { operation: 'guestkit.inspect', data })),
  );
  expect([response.status, await response.json()]).toEqual([
    503,
    {
      error: 'SERVICE_UNAVAILABLE',
      message: expect.stringContaining('darkroom engines install guestprobe'),
    },
  ]);
});

test('a worker with an empty name is rejected', async () => {
  const { code, stderr } = await cli(['worker', '--worker-id', '']);
  expect(code).toBe(2);
  expect(stderr).toContain('--worker-id');
});
