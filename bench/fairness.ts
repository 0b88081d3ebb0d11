/**
 * How long the jobs of a tenant wait for a worker while thousands of jobs of another tenant wait for it, too. The baselines: twice
 * the wait of the same jobs alone plus the time of one step, which fairness promises; and, without fairness, the wait of jobs that
 * the other tenant submits at the same moment.
 */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { composeApi } from '../src/compose.ts';
import { readConfig } from '../src/config/config.ts';
import type { Job } from '../src/jobs/model/job.ts';
import type { JobRuntime } from '../src/jobs/ports/job-runtime.ts';
import { embeddedTarget } from '../src/temporal/connection.ts';
import { queueOf } from '../src/temporal/names.ts';
import type { Sizes } from './catalogue.ts';
import type { Rig } from './rig.ts';
import { type Row, row } from './rows.ts';
import { runConcurrently } from './timing.ts';

/** Jobs of the tenant whose wait is measured. */
const FEW = 10;
/** Jobs that run at once. */
const SLOTS = 4;
const STEP_MS = 100;
const SUBMISSIONS = 16;
const POLL_MS = 250;

/** A step on task queue of its own, which gets its worker when all jobs wait. */
const definition = `
name: bench.step
title: Step
description: Takes ${STEP_MS} milliseconds.
inputs: { min: 0, max: 0 }
params: { word: { type: string } }
run: all
capability: bench
command: [sh, -c, 'sleep ${STEP_MS / 1000}; echo "{\\"word\\":\\"$1\\"}" >"$0/result.json"', "{outputs}", "{word}"]
data: result.json
version: [sh, -c, "echo 1.0"]
`;

export async function* benchFairness(
  { dataDir, address, startWorker }: Rig,
  { queued }: Sizes,
): AsyncGenerator<Row> {
  const operations = join(dataDir, 'operations');
  await mkdir(operations, { recursive: true });
  await writeFile(join(operations, 'step.yaml'), definition);
  const env = {
    DARKROOM_DATA: dataDir,
    DARKROOM_QUEUE_UNAVAILABLE: '1',
    DARKROOM_TENANT_JOBS: String(2 * queued),
  };
  const api = await composeApi(readConfig(env), embeddedTarget(address));
  const submit = async (tenant: string, word: string): Promise<Job> =>
    (
      await api.submissions.submit(
        { tenant, dialect: 'native' },
        { operation: 'bench.step', params: { word } },
      )
    ).job;
  const submitFew = (tenant: string) => runConcurrently(FEW, FEW, (index) => submit(tenant, `w${index}`));
  /** Waits for the jobs. Returns their 95th percentile of the seconds until they started, and checks their results. */
  const measureWait = async (jobs: readonly Job[]): Promise<number> => {
    const waits: number[] = [];
    for (const [index, { tenant, id }] of jobs.entries()) {
      let job = await api.jobs.open({ tenant, id });
      for (; job.job.completed_at === null; job = await api.jobs.open({ tenant, id })) await sleep(POLL_MS);
      assert.deepEqual((await job.result()).manifest.data, { word: `w${index}` });
      waits.push((Date.parse(job.job.started_at ?? '') - Date.parse(job.job.created_at)) / 1000);
    }
    return percentile95(waits);
  };

  await startWorker({ capabilities: 'io' });
  const startBenchWorker = () =>
    startWorker({ capabilities: 'bench', env: { DARKROOM_SLOTS: `bench=${SLOTS}` } });
  const first = await startBenchWorker();
  const alone = await measureWait(await submitFew('few'));
  await endProcess(first);
  const before = await runConcurrently(queued, SUBMISSIONS, () => submit('many', 'x'));
  await waitUntilQueued(api.runtime, queued);
  await startBenchWorker();
  const [behind, sameTenant] = await Promise.all([submitFew('few'), submitFew('many')]);
  const fair = await measureWait(behind);
  const still = await Promise.all(before.slice(-SLOTS).map((job) => api.jobs.open(job)));
  assert.ok(
    still.every(({ job }) => job.started_at === null),
    'The jobs of the other tenant no longer waited: nothing was measured. Use a larger --queued',
  );
  const label = `p95 wait of ${FEW} jobs behind ${queued} of another tenant`;
  yield row(`${label}, vs. twice the wait alone and a step`, 's', fair, 2 * alone + STEP_MS / 1000);
  // They wait for all that were queued before them.
  const unfair = await measureWait(sameTenant);
  await api.client.connection.close();
  yield row('  the same without fairness, vs. with it', 's', unfair, fair);
}

async function endProcess(pid: number): Promise<void> {
  process.kill(pid, 'SIGTERM');
  while (existsSync(`/proc/${pid}`)) await sleep(POLL_MS);
}

/** Waits until the task queue holds all activities. */
async function waitUntilQueued(runtime: JobRuntime, expected: number): Promise<void> {
  for (;;) {
    const queue = (await runtime.queues()).find(({ name }) => name === queueOf('bench'));
    // Temporal's figure is an estimate.
    if ((queue?.waiting ?? 0) >= 0.99 * expected) return;
    await sleep(POLL_MS);
  }
}

/** Of sorted numbers, the first that at least 95 % do not exceed. */
function percentile95(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.ceil(0.95 * sorted.length) - 1] ?? Number.NaN;
}
