/**
 * CPU time of a small job: one small photograph that is downloaded, resized, stored and reported by a callback. The baseline is
 * an empty workflow with one local activity: the least that a durable execution costs. The picture processes do the work
 * of the job; their time has a row of its own.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import type { Job } from '../src/client/client.ts';
import { createPhotograph, type PhotographServer, readPixels, startPhotographServer } from './photographs.ts';
import { listDescendants, measureCpu } from './processes.ts';
import { expectExecutions, read, readResult, submit } from './requests.ts';
import type { Rig } from './rig.ts';
import { type Row, row } from './rows.ts';
import { runConcurrently } from './timing.ts';

const WARM_UP = 40;
const JOBS = 100;
/** Jobs in flight. Each is submitted when the callback of an earlier one has arrived. */
const CONCURRENCY = 4;
const output = { width: 160, height: 120 };

export async function* benchCost({
  url,
  client,
  temporal,
  api,
  address,
  startWorker,
}: Rig): AsyncGenerator<Row> {
  const worker = await startWorker();
  const photo = await createPhotograph(320, 240);
  const source = await startPhotographServer(photo);
  const emptyProcess = fork(fileURLToPath(new URL('./empty-process.js', import.meta.url)), [
    address,
    String(CONCURRENCY),
  ]);
  await once(emptyProcess, 'message');
  const runEmpty = (count: number) => runEmptyWorkflows(emptyProcess, count);
  const ended = (type: string, count: number) =>
    expectExecutions(client, `WorkflowType = '${type}' AND ExecutionStatus = 'Completed'`, count);

  await runEmpty(WARM_UP);
  await ended('empty', WARM_UP);
  await runJobs(url, source, 0, WARM_UP);
  await ended('processJob', WARM_UP);
  const floor = await measureCpu([temporal, emptyProcess.pid ?? 0], async () => {
    await runEmpty(JOBS);
    await ended('empty', WARM_UP + JOBS);
  });
  emptyProcess.disconnect();
  const pictures = await listDescendants(worker);
  let jobs: Job[] = [];
  const ours = await measureCpu([temporal, worker, api, ...pictures], async () => {
    jobs = await runJobs(url, source, WARM_UP, JOBS);
    await ended('processJob', WARM_UP + JOBS);
  });
  source.close();
  assert.deepEqual(await listDescendants(worker), pictures, 'Picture processes were replaced meanwhile');
  await checkResults(url, jobs, photo);
  const perJob = (seconds: readonly (number | undefined)[]) =>
    (seconds.reduce<number>((sum, one) => sum + (one ?? 0), 0) * 1000) / JOBS;
  const [ofTemporal, ofWorker, ofApi, ...ofPictures] = ours;
  const [floorOfTemporal, floorOfWorker] = floor;
  yield* [
    row(
      'a small job with callback, vs. an empty workflow with a local activity',
      'ms',
      perJob([ofTemporal, ofWorker, ofApi]),
      perJob(floor),
    ),
    row('  of it: Temporal, vs. the same', 'ms', perJob([ofTemporal]), perJob([floorOfTemporal])),
    row('  worker and API, vs. worker and client', 'ms', perJob([ofWorker, ofApi]), perJob([floorOfWorker])),
    row('  API', 'ms', perJob([ofApi])),
    row('  besides: picture processes', 'ms', perJob(ofPictures)),
  ];
}

async function runEmptyWorkflows(child: ChildProcess, count: number): Promise<void> {
  child.send(count);
  await once(child, 'message');
}

interface Notification {
  readonly type: string;
  readonly data: { readonly id: string };
}

/** Runs `count` jobs, several at a time, each until its callback arrives. */
async function runJobs(url: string, source: PhotographServer, from: number, count: number): Promise<Job[]> {
  const waiting = new Map<string, (type: string) => void>();
  source.onCallback((body) => {
    const { type, data } = JSON.parse(body) as Notification;
    const resolve = waiting.get(data.id);
    assert.ok(resolve, `A second callback of job ${data.id}, or one of no job`);
    waiting.delete(data.id);
    resolve(type);
  });
  return runConcurrently(count, CONCURRENCY, async (index) => {
    const id = `bench-cost-${from + index}`;
    const type = new Promise<string>((resolve) => waiting.set(id, resolve));
    const job = await submit(url, {
      id,
      operation: 'image.transform',
      params: { width: output.width, format: 'webp' },
      assets: [{ source: { url: `${source.url}/photo-${from + index}.jpg` } }],
      callback: { url: `${source.url}/done` },
    });
    assert.equal(await type, 'job.completed');
    return job;
  });
}

/** Levels of 255 by which the pixels may differ from those that the same library makes without darkroom. */
const MAX_DIFFERENCE = 4;

/** Checks the bytes of each result by its manifest, and its pixels. */
async function checkResults(url: string, jobs: readonly Job[], photo: Buffer): Promise<void> {
  const expected = await readPixels(await sharp(photo).resize(output.width).webp().toBuffer(), output);
  const sources = new Set<string>();
  for (const { id } of jobs) {
    const { files, assets } = await readResult(url, await read<Job>(`${url}/v1/jobs/${id}`));
    const [file] = files;
    assert.equal(files.length, 1);
    sources.add(assets[0]?.sha256 ?? '');
    const response = await fetch(`${url}/v1/jobs/${id}/files/${encodeURIComponent(file?.path ?? '')}`);
    const bytes = Buffer.from(await response.arrayBuffer());
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    assert.deepEqual([bytes.length, sha256], [file?.size, file?.sha256]);
    const pixels = await readPixels(bytes, output);
    const sum = pixels.reduce((total, level, at) => total + Math.abs(level - (expected[at] ?? 0)), 0);
    assert.ok(sum / pixels.length < MAX_DIFFERENCE, `The picture of job ${id} is another`);
  }
  assert.equal(sources.size, jobs.length, 'Each job must get a photograph of its own');
}
