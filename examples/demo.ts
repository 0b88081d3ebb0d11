/**
 * `npm run demo`: makes AVIF thumbnails of five photographs with a running darkroom, or with one that it starts.
 * Shows the progress, receives the callback, verifies its signature, and downloads the results.
 */
import { fork } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { SingleBar } from 'cli-progress';
import { Webhook } from 'standardwebhooks';
import { loadKeyring } from '../src/auth/load-keyring.ts';
import { readConfig } from '../src/config/config.ts';
import type { FileEntry, Job } from '../src/jobs/model/job.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const photos = join(root, 'examples', 'photos');
const OWN_PORT = 8090;

type LinkedJob = Job & { links: Record<string, string> };

interface Callback {
  readonly headers: Record<string, string>;
  readonly body: string;
}

const { web, callback } = await startWeb();
const names = (await readdir(photos)).filter((name) => name.endsWith('.jpg'));
const server = await findServer();
let accepted = await submit(server.url);
let keyDirectory = server.dataDir;
let ownServer = server.stop;
if (accepted === 'rejected') {
  console.log(
    `The server at ${server.url} may not reach this machine (DARKROOM_ALLOW_NETWORKS is not set); the demo starts its own server.`,
  );
  const own = await startServer();
  [accepted, keyDirectory, ownServer, server.url] = [await submit(own.url), own.dataDir, own.stop, own.url];
}
if (accepted === 'rejected') throw new Error('The demo was rejected by its own server');
console.log(`Submitted ${names.length} photographs to ${server.url}: ${names.join(', ')}`);
try {
  const job = await watch(server.url, accepted.id);
  if (job.state !== 'completed') throw new Error(`The job ${job.state}: ${job.error?.message}`);
  await verify(await callback, keyDirectory);
  await downloadResults(server.url, job);
} finally {
  web.close();
  await ownServer?.();
}
process.exit();

/** Serves the photographs and receives the callback. */
async function startWeb() {
  let received = (_: Callback) => {};
  const callback = new Promise<Callback>((resolve) => {
    received = resolve;
  });
  const web = createServer((request, response) => {
    if (request.method === 'POST') {
      void text(request).then((body) => {
        response.writeHead(204).end();
        received({ headers: request.headers as Record<string, string>, body });
      });
      return;
    }
    const name = decodeURIComponent((request.url ?? '/').slice(1));
    if (!names.includes(name)) response.writeHead(404).end();
    else void readFile(join(photos, name)).then((bytes) => response.end(bytes));
  });
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
  return { web, callback };
}

function ownUrl(): string {
  const address = web.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : address}`;
}

interface FoundServer {
  url: string;
  dataDir: string;
  stop?: () => Promise<void>;
}

async function findServer(): Promise<FoundServer> {
  const config = readConfig();
  const url = process.env['DARKROOM_URL'] || config.publicUrl;
  return (await isReady(url)) ? { url, dataDir: config.DARKROOM_DATA } : startServer();
}

function isReady(url: string): Promise<boolean> {
  return fetch(`${url}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  );
}

async function startServer(): Promise<FoundServer> {
  const dataDir = join(root, 'data', 'demo');
  const url = `http://127.0.0.1:${OWN_PORT}`;
  console.log('Starting a darkroom for the demo …');
  const env = {
    ...process.env,
    DARKROOM_DATA: dataDir,
    DARKROOM_LISTEN: `127.0.0.1:${OWN_PORT}`,
    DARKROOM_ALLOW_NETWORKS: '127.0.0.1/32',
  };
  const child = fork(fileURLToPath(new URL('../src/main.js', import.meta.url)), ['serve'], {
    env,
    silent: false,
  });
  const exited = new Promise<void>((resolve) => void child.once('exit', () => resolve()));
  while (!(await isReady(url))) {
    if (child.exitCode !== null) throw new Error('darkroom did not start; see above');
    await sleep(200);
  }
  return {
    url,
    dataDir,
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

async function submit(url: string): Promise<LinkedJob | 'rejected'> {
  const response = await fetch(`${url}/v1/jobs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      operation: 'image.transform',
      params: { width: 480, format: 'avif' },
      assets: names.map((name) => ({ source: { url: `${ownUrl()}/${name}` } })),
      callback: { url: `${ownUrl()}/callback` },
      labels: { example: 'demo' },
    }),
  });
  if (response.status === 422) return 'rejected';
  if (response.status !== 202)
    throw new Error(`The server returned ${response.status}: ${await response.text()}`);
  return (await response.json()) as LinkedJob;
}

/** Shows a progress bar on a terminal, else a line for each change. */
async function watch(url: string, id: string): Promise<LinkedJob> {
  const bar = process.stdout.isTTY
    ? new SingleBar({
        format: '  [{bar}] {percentage}% {state} {stage}',
        barCompleteChar: '█',
        barIncompleteChar: '░',
      })
    : null;
  bar?.start(100, 0, { state: 'created', stage: '' });
  let last = '';
  for (;;) {
    const job = (await (await fetch(`${url}/v1/jobs/${id}`)).json()) as LinkedJob;
    bar?.update(Math.round(job.progress), { state: job.state, stage: job.stage ?? '' });
    const line = `  ${String(Math.round(job.progress)).padStart(3)}%  ${job.state}${job.stage ? ` (${job.stage})` : ''}`;
    if (!bar && line !== last) console.log(line);
    last = line;
    if (['completed', 'failed', 'cancelled'].includes(job.state)) {
      bar?.stop();
      return job;
    }
    await sleep(100);
  }
}

async function verify({ headers, body }: Callback, dataDir: string): Promise<void> {
  const keys = await loadKeyring(readConfig().DARKROOM_MASTER_KEY, dataDir);
  const event = new Webhook(keys.webhookSecrets('public')[0]).verify(body, headers) as { type: string };
  console.log(`Callback received, signature verified: ${event.type}, webhook-id ${headers['webhook-id']}`);
}

async function downloadResults(url: string, job: LinkedJob): Promise<void> {
  const folder = join(root, 'data', 'demo-results');
  await mkdir(folder, { recursive: true });
  const { files } = (await (await fetch(url + job.links['files'])).json()) as { files: FileEntry[] };
  for (const { path, size, media_type } of files) {
    const response = await fetch(`${url}${job.links['files']}/${encodeURIComponent(path)}`);
    await writeFile(join(folder, path), Buffer.from(await response.arrayBuffer()));
    console.log(`  ${join('data', 'demo-results', path)}  ${media_type}, ${size} bytes`);
  }
}
