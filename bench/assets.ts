/**
 * One job with very many tiny assets: the overhead per asset. The baseline is a script that fetches and hashes the same
 * assets, 16 at a time, without durability.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import sharp, { type Metadata } from 'sharp';
import type { Job } from '../src/client/client.ts';
import { workflowIdOf } from '../src/temporal/names.ts';
import { startBare } from './bare.ts';
import { measureCpu, memory, resetPeak } from './processes.ts';
import { read, readResult, submit } from './requests.ts';
import type { Rig } from './rig.ts';
import { type Row, row } from './rows.ts';
import { runConcurrently, timed } from './timing.ts';

const CONCURRENCY = 16;

interface Task {
  readonly label: string;
  readonly count: number;
  readonly operation: string;
  readonly params: object;
  readonly extension: string;
  /** What the script does with the bytes of an asset. */
  readonly process: (bytes: Buffer) => Promise<unknown>;
  /** The bytes of the asset at an address. */
  readonly content: (url: string) => Buffer;
  /** Throws when the result of the operation, or what `process` returned, is wrong. */
  readonly checkData: (data: unknown, count: number) => void;
  readonly checkProcessed: (used: unknown) => void;
}

export async function* benchAssets(rig: Rig, { assets }: { readonly assets: number }): AsyncGenerator<Row> {
  const own = join(rig.dataDir, 'bare');
  await mkdir(own);
  const pixels = { width: 16, height: 16, channels: 3, background: 'teal' } as const;
  const picture = await sharp({ create: pixels }).png().toBuffer();
  await writeFile(join(own, 'picture.png'), picture);
  const bare = await startBare(own);
  const worker = await rig.startWorker();
  // Warm-up.
  await run(rig, bare.url, { ...fetched, count: 64 });
  for (const task of [
    { ...fetched, count: assets },
    { ...described, content: () => picture, count: Math.ceil(assets / 5) },
  ])
    yield* benchTask(rig, worker, bare.url, task);
  await bare.stop();
}

const fetched = {
  label: 'assets fetched',
  operation: 'test.echo',
  params: {},
  extension: 'txt',
  process: async () => undefined,
  content: (url: string) => Buffer.from(`The asset ${new URL(url).pathname}\n`),
  checkData: (data: unknown) => assert.deepEqual(data, {}),
  checkProcessed: () => undefined,
};

const described = {
  label: 'images read',
  operation: 'image.metadata',
  params: { include: [] },
  extension: 'png',
  process: (bytes: Buffer) => sharp(bytes).metadata(),
  checkData: (data: unknown, count: number) => {
    const { assets } = data as { assets: { width: number; height: number; media_type: string }[] };
    assert.equal(assets.length, count);
    for (const { width, height, media_type } of assets)
      assert.deepEqual([width, height, media_type], [16, 16, 'image/png']);
  },
  checkProcessed: (used: unknown) => {
    const { width, height, format } = used as Metadata;
    assert.deepEqual([width, height, format], [16, 16, 'png']);
  },
};

async function* benchTask(rig: Rig, worker: number, source: string, task: Task): AsyncGenerator<Row> {
  const parts = [worker, rig.temporal, rig.api];
  await Promise.all(parts.map(resetPeak));
  let id = '';
  let ours = 0;
  const computed = await measureCpu(parts, async () => {
    ours = await timed({
      run: async () => {
        id = await run(rig, source, task);
      },
      check: () => undefined,
    });
  });
  const peaks = await Promise.all(parts.map(async (pid) => (await memory(pid)).peak));
  // After the processes have been measured, since it costs the API time.
  await checkJob(rig, id, source, task);
  const raw = await timed({
    run: () => bareScript(source, task),
    check: (results) => checkScript(results, source, task),
  });
  const { events, bytes, executions } = await readHistory(rig, id);
  const name = `${task.count.toLocaleString('en')} ${task.label}`;
  const names = ['the worker', 'Temporal', 'the API'];
  const of = (figures: readonly number[], index: number) => figures[index] ?? Number.NaN;
  yield* [
    row(`${name} per second`, '1/s', task.count / (ours / 1000), task.count / (raw / 1000)),
    ...names.map((part, index) =>
      row(`  CPU time of ${part} per 1,000`, 's', (of(computed, index) * 1000) / task.count),
    ),
    ...names.map((part, index) => row(`  peak memory of ${part}`, 'MB', of(peaks, index))),
    row(`  history events, in ${executions} execution${executions === 1 ? '' : 's'}`, '', events),
    row('  history size', 'KB', bytes / 1024),
  ];
}

const assetUrl = (source: string, index: number, { extension }: Task): string =>
  `${source}/asset-${index}.${extension}`;

/** Runs a job and returns its id. */
async function run({ url, client }: Rig, source: string, task: Task): Promise<string> {
  const { operation, params, count } = task;
  const assets = Array.from({ length: count }, (_, index) => ({
    source: { url: assetUrl(source, index, task) },
  }));
  const { id } = await submit(url, { operation, params, assets });
  await client.workflow.getHandle(workflowIdOf({ tenant: 'public', id })).result();
  return id;
}

/** Checks that each asset was downloaded as it is at its address, and what the operation made of them. */
async function checkJob({ url }: Rig, id: string, source: string, task: Task): Promise<void> {
  const job = await read<Job>(`${url}/v1/jobs/${id}`);
  assert.deepEqual(job.assets, { total: task.count, downloaded: task.count, failed: 0 });
  const { assets, data } = await readResult(url, job);
  assert.equal(assets.length, task.count);
  for (const { index, status, sha256 } of assets)
    assert.deepEqual([status, sha256], ['ok', sha256At(source, index, task)]);
  task.checkData(data, task.count);
}

interface Scripted {
  readonly sha256: string;
  readonly processed: unknown;
}

const bareScript = (source: string, task: Task): Promise<Scripted[]> =>
  runConcurrently(task.count, CONCURRENCY, async (index) => {
    const bytes = Buffer.from(await (await fetch(assetUrl(source, index, task))).arrayBuffer());
    return { sha256: sha256Of(bytes), processed: await task.process(bytes) };
  });

function checkScript(results: readonly Scripted[], source: string, task: Task): void {
  assert.equal(results.length, task.count);
  for (const [index, { sha256, processed }] of results.entries()) {
    assert.equal(sha256, sha256At(source, index, task));
    task.checkProcessed(processed);
  }
}

const sha256Of = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

const sha256At = (source: string, index: number, task: Task): string =>
  sha256Of(task.content(assetUrl(source, index, task)));

/** Adds up the histories of all executions of a job. */
async function readHistory({ client }: Rig, id: string) {
  const query = `WorkflowId = '${workflowIdOf({ tenant: 'public', id })}'`;
  while ((await client.workflow.count(`${query} AND ExecutionStatus = 'Running'`)).count > 0) await sleep(50);
  const total = { events: 0, bytes: 0, executions: 0 };
  for await (const { historyLength, historySize = 0 } of client.workflow.list({ query })) {
    total.events += historyLength;
    total.bytes += historySize;
    total.executions += 1;
  }
  assert.ok(total.events > 0 && total.bytes > 0, `Temporal has no history of job ${id}`);
  return total;
}
