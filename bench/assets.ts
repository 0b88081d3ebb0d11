/**
 * One job with very many tiny assets: the overhead per asset. The baseline is a script that fetches and hashes the same
 * assets, 16 at a time, without durability.
 */
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import { workflowIdOf } from '../src/temporal/names.ts';
import { startBare } from './bare.ts';
import { measureCpu, memory, resetPeak } from './processes.ts';
import { read, submit } from './requests.ts';
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
}

export async function* benchAssets(rig: Rig, { assets }: { readonly assets: number }): AsyncGenerator<Row> {
  const own = join(rig.dataDir, 'bare');
  await mkdir(own);
  const pixels = { width: 16, height: 16, channels: 3, background: 'teal' } as const;
  await writeFile(join(own, 'picture.png'), await sharp({ create: pixels }).png().toBuffer());
  const bare = await startBare(own);
  const worker = await rig.startWorker();
  // Warm-up.
  await run(rig, bare.url, { ...fetched, count: 64 });
  for (const task of [
    { ...fetched, count: assets },
    { ...described, count: Math.ceil(assets / 5) },
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
};

const described = {
  label: 'images read',
  operation: 'image.metadata',
  params: { include: [] },
  extension: 'png',
  process: (bytes: Buffer) => sharp(bytes).metadata(),
};

async function* benchTask(rig: Rig, worker: number, source: string, task: Task): AsyncGenerator<Row> {
  const parts = [worker, rig.temporal, rig.api];
  await Promise.all(parts.map(resetPeak));
  let id = '';
  let ours = 0;
  const computed = await measureCpu(parts, async () => {
    ours = await timed(async () => {
      id = await run(rig, source, task);
    });
  });
  const peaks = await Promise.all(parts.map(async (pid) => (await memory(pid)).peak));
  const raw = await timed(() => bareScript(source, task));
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
  const id = await submit(url, { operation, params, assets });
  await client.workflow.getHandle(workflowIdOf({ tenant: 'public', id })).result();
  const job = await read<{ state: string; assets: { downloaded: number } }>(`${url}/v1/jobs/${id}`);
  if (job.state !== 'completed' || job.assets.downloaded !== count) throw new Error(JSON.stringify(job));
  return id;
}

async function bareScript(source: string, task: Task): Promise<void> {
  await runConcurrently(task.count, CONCURRENCY, async (index) => {
    const bytes = Buffer.from(await (await fetch(assetUrl(source, index, task))).arrayBuffer());
    createHash('sha256').update(bytes).digest('hex');
    await task.process(bytes);
  });
}

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
  return total;
}
