/** The server decides whether callbacks may reach loopback addresses. Workers that run apart from it apply that. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWorker } from '../../../src/cli/start-worker.ts';
import { readConfig } from '../../../src/config/config.ts';
import { createLog } from '../../../src/log.ts';
import { sharedWorkerPictures } from '../../support/picture-processes.ts';
import { installTestRuntime } from '../../support/sdk-runtime.ts';
import { findNamespace } from '../../support/server.ts';
import { type Darkroom, startStack } from '../../support/stack.ts';
import { startWeb, type Web } from '../../support/web.ts';

let api: Darkroom;
let web: Web;
const stop = new AbortController();
let stopped: Promise<void>;

beforeAll(async () => {
  web = await startWeb();
  const env = { DARKROOM_ALLOW_NETWORKS: undefined };
  api = await startStack({ command: 'api', env, skipReadiness: true });
  const target = await findNamespace(api.dataDir);
  if (target === null) throw new Error('Only service tests share a Temporal server');
  installTestRuntime();
  // As `darkroom worker` reads them. The worker does not know where the API listens.
  const config = readConfig(
    { DARKROOM_DATA: api.dataDir, TEMPORAL_ADDRESS: target.address, DARKROOM_CALLBACK_SCHEDULE_MS: ',' },
    { listens: false },
  );
  const worker = await startWorker(config, target, {
    log: createLog('warn', 'worker'),
    stop: stop.signal,
    overrides: { pictures: await sharedWorkerPictures() },
  });
  stopped = worker.stopped;
});
afterAll(async () => {
  stop.abort();
  await stopped;
  await api.dispose();
  await web.close();
});

/** Returns the callbacks of a job with their states, once there is one. */
async function readDeliveries(
  id: string,
): Promise<{ state: string; attempts: { reason: string | null }[] }[]> {
  const response = await api.request(`/v1/jobs/${id}/deliveries`);
  return ((await response.json()) as { deliveries: Awaited<ReturnType<typeof readDeliveries>> }).deliveries;
}

test.each(['127.0.0.1', 'localhost'])('a callback to %s that the API accepted is delivered', async (host) => {
  const url = web.url.replace('127.0.0.1', host);
  const job = await api.submit({ operation: 'system.echo', callback: { url: `${url}/${host}` } });
  await api.until(job.id, 'completed');
  await expect
    .poll(() => readDeliveries(job.id))
    .toMatchObject([{ state: 'delivered', attempts: [{ reason: null }] }]);
  expect(web.received.map(({ path }) => path)).toContain(`/${host}`);
  // A callback that is sent again has the same rights.
  expect((await api.request(`/v1/jobs/${job.id}/deliveries/1/redeliver`, { method: 'POST' })).ok).toBe(true);
  await expect.poll(async () => (await readDeliveries(job.id))[0]?.attempts.length).toBe(2);
});

test('an asset on loopback is refused when it is submitted', async () => {
  const asset = { source: { url: `${web.url}/a.jpg` } };
  await expect(api.submit({ operation: 'test.echo', assets: [asset] })).rejects.toThrow(/may not reach/);
});
