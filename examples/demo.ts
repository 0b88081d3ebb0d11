/**
 * `npm run demo`: makes AVIF thumbnails of five photographs with a running darkroom, or with one that it starts.
 * Shows the progress, receives the callback, verifies its signature, and downloads the results.
 */
import { fork } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join, relative } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Webhook } from 'standardwebhooks';
import { loadKeyring } from '../src/auth/load-keyring.ts';
import { createProgressView } from '../src/cli/terminal/progress.ts';
import { createClient, type Darkroom, DarkroomProblem } from '../src/client/client.ts';
import { saveFiles } from '../src/client/files.ts';
import { readConfig } from '../src/config/config.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const photos = join(root, 'examples', 'photos');
const OWN_PORT = 8090;

interface Callback {
  readonly headers: Record<string, string>;
  readonly body: string;
}

interface Server {
  readonly url: string;
  readonly client: Darkroom;
  readonly dataDir: string;
  readonly stop?: () => Promise<void>;
}

const names = (await readdir(photos)).filter((name) => name.endsWith('.jpg'));
const { web, webUrl, callback } = await startWeb();
let server = await findServer();
try {
  let id = await submit(server.client);
  if (id === null) {
    console.log(
      `The server at ${server.url} may not reach this machine (DARKROOM_ALLOW_NETWORKS is not set); the demo starts its own server.`,
    );
    server = await startServer();
    id = await submit(server.client);
  }
  if (id === null) throw new Error('The demo was rejected by its own server');
  console.log(`Submitted ${names.length} photographs to ${server.url}: ${names.join(', ')}`);
  const view = createProgressView();
  const job = await server.client.wait(id, { onProgress: view.update }).finally(view.stop);
  if (job.state !== 'completed') throw new Error(`The job ${job.state}: ${job.error?.message}`);
  await verify(await callback, server.dataDir);
  await saveFiles(server.client, id, join(root, 'data', 'demo-results'), {
    onFile: (path, { media_type, size }) =>
      console.log(`  ${relative(root, path)}  ${media_type}, ${size} bytes`),
  });
} finally {
  web.close();
  await server.stop?.();
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
  const address = web.address();
  return {
    web,
    webUrl: `http://127.0.0.1:${typeof address === 'object' ? address?.port : address}`,
    callback,
  };
}

async function findServer(): Promise<Server> {
  const config = readConfig();
  const url = process.env['DARKROOM_URL'] || config.publicUrl;
  const client = createClient({ url });
  return (await isReady(client)) ? { url, client, dataDir: config.DARKROOM_DATA } : startServer();
}

const isReady = (client: Darkroom): Promise<boolean> =>
  client.ready().then(
    () => true,
    () => false,
  );

async function startServer(): Promise<Server> {
  const dataDir = join(root, 'data', 'demo');
  const url = `http://127.0.0.1:${OWN_PORT}`;
  console.log('Starting a darkroom for the demo …');
  const env = {
    ...process.env,
    DARKROOM_DATA: dataDir,
    DARKROOM_LISTEN: `127.0.0.1:${OWN_PORT}`,
    DARKROOM_ALLOW_NETWORKS: '127.0.0.1/32',
  };
  const child = fork(fileURLToPath(new URL('../src/main.js', import.meta.url)), ['serve'], { env });
  const exited = new Promise<void>((resolve) => void child.once('exit', () => resolve()));
  const client = createClient({ url });
  while (!(await isReady(client))) {
    if (child.exitCode !== null) throw new Error('darkroom did not start; see above');
    await sleep(200);
  }
  return {
    url,
    client,
    dataDir,
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

/** Returns the id of the job; null if the server may not reach this machine. */
async function submit(client: Darkroom): Promise<string | null> {
  try {
    const { id } = await client.submit({
      operation: 'image.transform',
      params: { width: 480, format: 'avif' },
      assets: names.map((name) => ({ source: { url: `${webUrl}/${name}` } })),
      callback: { url: `${webUrl}/callback` },
      labels: { example: 'demo' },
    });
    return id;
  } catch (error) {
    if (error instanceof DarkroomProblem && error.status === 422) return null;
    throw error;
  }
}

async function verify({ headers, body }: Callback, dataDir: string): Promise<void> {
  const keys = await loadKeyring(readConfig().DARKROOM_MASTER_KEY, dataDir);
  const event = new Webhook(keys.webhookSecrets('public')[0]).verify(body, headers) as { type: string };
  console.log(`Callback received, signature verified: ${event.type}, webhook-id ${headers['webhook-id']}`);
}
