/**
 * Photographs that are downloaded, resized and reported by a callback. The baseline is a script that does the same with the
 * same library. The overhead per photograph is nearly constant, so the ratio is better for large ones.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import type { Job } from '../src/client/client.ts';
import {
  createPhotograph,
  type PhotographServer,
  readPixels,
  type Size,
  startPhotographServer,
} from './photographs.ts';
import { read, readResult, submit } from './requests.ts';
import type { Rig } from './rig.ts';
import { type Row, row } from './rows.ts';
import { alternate, type Measured, runConcurrently, timed } from './timing.ts';

const JOBS = 30;
const sizes = { '12 MP': [4000, 3000], '2 MP': [1600, 1200] } as const;

export async function* benchPipeline(rig: Rig): AsyncGenerator<Row> {
  await rig.startWorker();
  for (const [name, [width, height]] of Object.entries(sizes)) {
    const source = await startPhotographServer(await createPhotograph(width, height));
    const expected = { width: 1600, height: Math.round((1600 * height) / width) };
    const script: Measured<void> = {
      run: () => runScript(source, rig.dataDir),
      check: () => checkScript(rig.dataDir, expected),
    };
    const ours: Measured<Job[]> = {
      run: () => runJobs(rig.url, source),
      // With what the script has made of the same photograph.
      check: (jobs) => checkJobs(rig, jobs, expected),
    };
    // The check of a job needs the pictures of the script.
    await timed(script);
    await timed(ours);
    const times = await alternate(2, ours, script);
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

const scriptFile = (dataDir: string, index: number): string => join(dataDir, 'bare', `${index}.webp`);

/** Does the work of the jobs without durability: fetch, resize, hash, write, notify. */
async function runScript({ url, callbacks }: PhotographServer, dataDir: string): Promise<void> {
  await mkdir(join(dataDir, 'bare'), { recursive: true });
  const all = callbacks(JOBS);
  await runConcurrently(JOBS, availableParallelism(), async (index) => {
    const photo = Buffer.from(await (await fetch(`${url}/photo-${index}.jpg`)).arrayBuffer());
    const result = await sharp(photo).rotate().resize(1600).webp().toBuffer();
    createHash('sha256').update(result).digest('hex');
    await writeFile(scriptFile(dataDir, index), result);
    await fetch(`${url}/done`, { method: 'POST', body: JSON.stringify({ index }) });
  });
  const received = (await all).map((body) => (JSON.parse(body) as { index: number }).index);
  assert.deepEqual(
    received.sort((one, other) => one - other),
    Array.from({ length: JOBS }, (_, index) => index),
  );
}

async function checkScript(dataDir: string, size: Size): Promise<void> {
  const first = await readFile(scriptFile(dataDir, 0));
  await readPixels(first, size);
  for (let index = 1; index < JOBS; index++)
    assert.ok(first.equals(await readFile(scriptFile(dataDir, index))), 'The script made different pictures');
}

interface CallbackEvent {
  readonly type: string;
  readonly data: { readonly id: string };
}

/** Submits the jobs, and returns them once their callbacks have arrived. */
async function runJobs(url: string, source: PhotographServer): Promise<Job[]> {
  const all = source.callbacks(JOBS);
  const jobs: Job[] = [];
  for (let index = 0; index < JOBS; index++) {
    jobs.push(
      await submit(url, {
        operation: 'image.transform',
        params: { width: 1600, format: 'webp' },
        assets: [{ source: { url: `${source.url}/photo-${index}.jpg` } }],
        callback: { url: `${source.url}/done` },
      }),
    );
  }
  const received = (await all).map((body) => JSON.parse(body) as CallbackEvent);
  assert.deepEqual(
    received.map(({ type, data }) => `${type} ${data.id}`).sort(),
    jobs.map(({ id }) => `job.completed ${id}`).sort(),
  );
  return jobs;
}

/** Levels of 255 by which the pixels of two encoders' pictures may differ on average. */
const MAX_DIFFERENCE = 4;

/** Checks the picture of each job: its bytes by the manifest, its format and size, and its pixels by those of the script. */
async function checkJobs({ url, dataDir }: Rig, jobs: readonly Job[], size: Size): Promise<void> {
  const expected = await readPixels(await readFile(scriptFile(dataDir, 0)), size);
  const good = new Set<string>();
  for (const { id } of jobs) {
    const { files } = await readResult(url, await read<Job>(`${url}/v1/jobs/${id}`));
    const [file] = files;
    assert.equal(files.length, 1);
    const response = await fetch(`${url}/v1/jobs/${id}/files/${encodeURIComponent(file?.path ?? '')}`);
    const bytes = Buffer.from(await response.arrayBuffer());
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    assert.deepEqual([bytes.length, sha256], [file?.size, file?.sha256]);
    if (good.has(sha256)) continue;
    const pixels = await readPixels(bytes, size);
    const sum = pixels.reduce((total, level, at) => total + Math.abs(level - (expected[at] ?? 0)), 0);
    assert.ok(
      sum / pixels.length < MAX_DIFFERENCE,
      `The picture of job ${id} differs by ${sum / pixels.length}`,
    );
    good.add(sha256);
  }
}
