/**
 * Photographs through darkroom, next to a bare script that does the same work with the same library. Ratio 1 would mean that
 * durability costs nothing; it costs next to the same for any photograph, so that it weighs less on large ones.
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
import { runConcurrently, timed } from './timing.ts';

const JOBS = 30;
const sizes = { '12 MP': [4000, 3000], '2 MP': [1600, 1200] } as const;

export async function* benchPipeline(rig: Rig): AsyncGenerator<Row> {
  await rig.startWorker();
  for (const [name, [width, height]] of Object.entries(sizes)) {
    const source = await startSource(await photograph(width, height));
    const script = () => bareScript(source.url, rig.dataDir);
    const ours = () => throughDarkroom(rig.url, source);
    await ours();
    // In turn, twice, so that neither has the better half of the run.
    const times = { script: 0, ours: 0 };
    for (let round = 0; round < 2; round++) {
      times.script += await timed(script);
      times.ours += await timed(ours);
    }
    const perSecond = (ms: number) => (2 * JOBS) / (ms / 1000);
    yield row(
      `${name} photographs a second, next to a bare script`,
      '1/s',
      perSecond(times.ours),
      perSecond(times.script),
    );
    source.close();
  }
}

/** Detail like a photograph's: noise, enlarged and blurred. */
async function photograph(width: number, height: number): Promise<Buffer> {
  const raw = { width: width / 8, height: height / 8, channels: 3 as const };
  return sharp(randomBytes(raw.width * raw.height * 3), { raw })
    .resize(width, height)
    .jpeg({ quality: 90 })
    .toBuffer();
}

interface Source {
  readonly url: string;
  /** Resolves once this many callbacks have come. */
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

/** Fetch, resize, hash, write, tell: what each job does, without durability. */
async function bareScript(url: string, dataDir: string): Promise<void> {
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

async function throughDarkroom(url: string, source: Source): Promise<void> {
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
