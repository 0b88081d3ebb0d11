/**
 * `npm run demo`: makes AVIF thumbnails of five photographs on the server that runs, or on one that it starts.
 * Shows the progress, downloads the results, receives the callback, and verifies its signature.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Webhook } from 'standardwebhooks';
import { loadKeyring } from '../src/auth/load-keyring.ts';
import { findServer } from '../src/cli/connection.ts';
import { reportFailure } from '../src/cli/failure.ts';
import { followJob, reportEnd } from '../src/cli/follow-job.ts';
import { createClient, type Darkroom, DarkroomProblem, type Job } from '../src/client/client.ts';
import { localFile } from '../src/client/files.ts';
import { readConfig } from '../src/config/config.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const photos = join(root, 'examples', 'photos');
/** Pause between two looks at the server or at a delivery. */
const POLL_MS = 200;

interface Callback {
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** Receives one callback, on a free port of this machine. */
async function startReceiver(): Promise<{ url: string; callback: Promise<Callback>; close: () => void }> {
  let resolve: (callback: Callback) => void = () => undefined;
  const callback = new Promise<Callback>((resolvePromise) => {
    resolve = resolvePromise;
  });
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      response.writeHead(204).end();
      resolve({ headers: request.headers as Record<string, string>, body });
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/callback`;
  return { url, callback, close: () => void server.close() };
}

interface Server {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** Finds the server as the command line does. Starts one with the same settings if none runs. */
async function findOrStartServer(): Promise<Server> {
  const { url, reason } = findServer({});
  try {
    await createClient({ url, token: process.env['DARKROOM_TOKEN'] }).ready();
    console.log(`The demo runs on the server at ${url} (${reason}).`);
    return { url, stop: async () => undefined };
  } catch (error) {
    const runsNone = error instanceof DarkroomProblem && error.code === 'unreachable';
    if (!runsNone || process.env['DARKROOM_URL']) throw error;
  }
  console.log(`No server runs at ${url}. The demo starts one, and stops it at the end.`);
  return startServer(url);
}

async function startServer(url: string): Promise<Server> {
  const child = fork(fileURLToPath(new URL('../src/main.js', import.meta.url)), ['serve']);
  let hasExited = false;
  const exited = once(child, 'exit').then(() => {
    hasExited = true;
  });
  const client = createClient({ url, token: process.env['DARKROOM_TOKEN'] });
  const isReady = () =>
    client.ready().then(
      () => true,
      () => false,
    );
  while (!(await isReady())) {
    if (hasExited) throw new Error('The server of the demo did not start; see above');
    await sleep(POLL_MS);
  }
  return {
    url,
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

/** Submits the photographs. Without the callback, and saying why, if the server may not call this machine. */
async function submit(client: Darkroom, callbackUrl: string): Promise<{ job: Job; hasCallback: boolean }> {
  const names = (await readdir(photos)).filter((name) => name.endsWith('.jpg')).sort();
  const request = {
    operation: 'image.transform',
    params: { width: 480, format: 'avif' },
    assets: await Promise.all(names.map((name) => localFile(join(photos, name)))),
    labels: { example: 'demo' },
  };
  console.log(`Submitting ${names.length} photographs: ${names.join(', ')}`);
  try {
    const job = await client.submit({ ...request, callback: { url: callbackUrl } });
    return { job, hasCallback: true };
  } catch (error) {
    const rejected = error instanceof DarkroomProblem && error.errors.find(isAboutCallback);
    if (!rejected) throw error;
    console.log(`Without a callback: ${rejected.detail}`);
    return { job: await client.submit(request), hasCallback: false };
  }
}

const isAboutCallback = ({ pointer }: { pointer: string }) => pointer.startsWith('/callback');

/** Waits for the callback, or until an attempt to deliver it has failed. */
async function verifyCallback(client: Darkroom, job: Job, received: Promise<Callback>): Promise<void> {
  for (;;) {
    const callback = await Promise.race([received, sleep(POLL_MS)]);
    if (callback) return verify(job, callback);
    const attempt = (await client.deliveries(job.id))[0]?.attempts.find(({ reason }) => reason !== null);
    if (attempt) throw new Error(`The callback did not arrive: ${attempt.reason}`);
  }
}

async function verify({ tenant }: Job, { headers, body }: Callback): Promise<void> {
  const config = readConfig(process.env, { listens: false });
  const keys = await loadKeyring(config.DARKROOM_MASTER_KEY, config.DARKROOM_DATA);
  try {
    const { type } = new Webhook(keys.webhookSecrets(tenant)[0]).verify(body, headers) as { type: string };
    console.log(`Callback received, signature verified: ${type}, webhook-id ${headers['webhook-id']}`);
  } catch (cause) {
    throw new Error(
      'The callback arrived, but its signature does not match. Give the demo the DARKROOM_DATA or DARKROOM_MASTER_KEY of the server',
      { cause },
    );
  }
}

const receiver = await startReceiver();
const stops: (() => Promise<void> | void)[] = [receiver.close];
try {
  const server = await findOrStartServer();
  stops.push(server.stop);
  const client = createClient({ url: server.url, token: process.env['DARKROOM_TOKEN'] });
  const { job, hasCallback } = await submit(client, receiver.url);
  const ended = await followJob(client, job.id, { watch: true });
  await reportEnd(client, ended, { out: join('data', 'demo-results') });
  if (hasCallback) await verifyCallback(client, ended, receiver.callback);
  console.log(`The job in the console: ${server.url}/#/jobs/${job.id}`);
} catch (error) {
  process.exitCode = reportFailure(error, false);
} finally {
  for (const stop of stops.reverse()) await stop();
}
process.exit();
