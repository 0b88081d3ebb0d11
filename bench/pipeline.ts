/**
 * Photographs that are downloaded, resized and reported by a callback. The baseline is a script that does the same with the
 * same library. The overhead per photograph is nearly constant, so the ratio is better for large ones.
 */
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { submit } from './requests.ts';
import type { Rig } from './rig.ts';
import { type Row, row } from './rows.ts';
import { alternate, runConcurrently } from './timing.ts';

const JOBS = 30;
const sizes = { '12 MP': [4000, 3000], '2 MP': [1600, 1200] } as const;

export async function* benchPipeline(rig: Rig): AsyncGenerator<Row> {
  await rig.startWorker();
  for (const [name, [width, height]] of Object.entries(sizes)) {
    const source = await startSource(await photograph(width, height));
    const ours = () => runJobs(rig.url, source);
    await ours();
    const times = await alternate(2, ours, () => runScript(source.url, rig.dataDir));
    const perSecond = (ms: number) => JOBS / (ms / 1000);
    yield row(
      `${name} photographs per second, vs. a script`,
      '1/s',
      perSecond(times.ours),
      perSecond(times.raw),
    );
    source.close();
  }
}

/** Creates an image with the detail of a photograph: enlarged noise. */
async function photograph(width: number, height: number): Promise<Buffer> {
  const raw = { width: width / 8, height: height / 8, channels: 3 as const };
  return sharp(randomBytes(raw.width * raw.height * 3), { raw })
    .resize(width, height)
    .jpeg({ quality: 90 })
    .toBuffer();
}

interface Source {
  readonly url: string;
  /** Resolves once this many callbacks have arrived. */
  callbacks(count: number): Promise<void>;
  close(): void;
}

async function startSource(photo: Buffer): Promise<Source> {
  let arrived = 0;
  let waiting: { count: number; resolve: () => void } | null = null;
  const server = createServer((request, response) => {
    request.resume();
    if (request.method !== 'POST') return void response.end(photo);
    response.writeHead(204).end();
    arrived++;
    if (waiting && arrived >= waiting.count) waiting.resolve();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    callbacks: (count) =>
      new Promise((resolve) => {
        arrived = 0;
        waiting = { count, resolve };
      }),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Does the work of the jobs without durability: fetch, resize, hash, write, notify. */
async function runScript(url: string, dataDir: string): Promise<void> {
  const folder = join(dataDir, 'bare');
  await mkdir(folder, { recursive: true });
  await runConcurrently(JOBS, availableParallelism(), async (index) => {
    const photo = Buffer.from(await (await fetch(`${url}/photo-${index}.jpg`)).arrayBuffer());
    const result = await sharp(photo).rotate().resize(1600).webp().toBuffer();
    createHash('sha256').update(result).digest('hex');
    await writeFile(join(folder, `${index}.webp`), result);
    await fetch(`${url}/done`, { method: 'POST', body: JSON.stringify({ index }) });
  });
}

async function runJobs(url: string, source: Source): Promise<void> {
  const all = source.callbacks(JOBS);
  for (let index = 0; index < JOBS; index++) {
    await submit(url, {
      operation: 'image.transform',
      params: { width: 1600, format: 'webp' },
      assets: [{ source: { url: `${source.url}/photo-${index}.jpg` } }],
      callback: { url: `${source.url}/done` },
    });
  }
  await all;
}
