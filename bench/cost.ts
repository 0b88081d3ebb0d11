/**
 * CPU time of a small job: one small photograph that is downloaded, resized, stored and reported by a callback. The baseline is
 * an empty workflow with one local activity: the least that a durable execution costs. The picture processes do the work
 * of the job; their time has a row of its own.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Job } from '../src/client/client.ts';
import { listDescendants, measureCpu } from './processes.ts';
import { expectExecutions } from './requests.ts';
import type { Rig } from './rig.ts';
import { type Row, row } from './rows.ts';
import { CONCURRENCY, createSmallJobs } from './small-jobs.ts';

const WARM_UP = 40;
const JOBS = 100;

export async function* benchCost({
  url,
  client,
  temporal,
  api,
  address,
  startWorker,
}: Rig): AsyncGenerator<Row> {
  const worker = await startWorker();
  const small = await createSmallJobs();
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
  await small.run(url, WARM_UP);
  await ended('processJob', WARM_UP);
  const floor = await measureCpu([temporal, emptyProcess.pid ?? 0], async () => {
    await runEmpty(JOBS);
    await ended('empty', WARM_UP + JOBS);
  });
  emptyProcess.disconnect();
  const pictures = await listDescendants(worker);
  let jobs: Job[] = [];
  const ours = await measureCpu([temporal, worker, api, ...pictures], async () => {
    jobs = await small.run(url, JOBS);
    await ended('processJob', WARM_UP + JOBS);
  });
  assert.deepEqual(await listDescendants(worker), pictures, 'Picture processes were replaced meanwhile');
  await small.check(url, jobs);
  small.close();
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
