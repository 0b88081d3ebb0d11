/** Runs one stage of an operation, or one batch of it, unless equal work is done already, and writes a checkpoint. */
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode } from '../src/errors.ts';
import type { Checkpoint, Digest } from '../src/jobs/model/checkpoint.ts';
import type { ActivityRun } from './activity-run.ts';
import { computeStage, type StageResults } from './compute-stage.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { timeStage } from './metrics.ts';
import { copyResults, recordResults } from './reuse-results.ts';
import { readStageWork, type StageWork } from './stage-work.ts';
import { waitForStore } from './store-outage.ts';
import type { StageResult, StageRunInput } from './types.ts';
import { digestWork } from './work-digest.ts';

export async function runStage(
  deps: ActivityDependencies,
  input: StageRunInput,
  activity: ActivityRun,
): Promise<StageResult> {
  const { job, stage } = input;
  const { signal, startedAt } = activity;
  const existing = await deps.stages.readCheckpoint(input, signal);
  // It was written by an attempt whose response was lost, or by an earlier run, which has counted it.
  if (existing) return toResult(existing, startedAt, stage.run === job.run);
  let outcome = 'failed';
  try {
    const checkpoint = await reuseOrCompute(deps, input, activity);
    outcome = checkpoint.reusedMs === undefined ? 'completed' : 'reused';
    return toResult(checkpoint, startedAt, true);
  } catch (error) {
    if (hasCode(error, 'result_awaited')) outcome = 'waiting';
    throw error;
  } finally {
    timeStage(input, signal.aborted ? 'cancelled' : outcome, (Date.now() - startedAt) / 1000);
  }
}

const toResult = (
  { inputs, outputs, failures, computeMs, reusedMs }: Checkpoint,
  startedAt: number,
  isOfThisRun: boolean,
): StageResult => ({
  failed: failures.length,
  files: { count: outputs.length, bytes: outputs.reduce((sum, { size }) => sum + size, 0) },
  computeMs: isOfThisRun ? computeMs : 0,
  reused: reusedMs === undefined ? 0 : inputs.length,
  reusedMs: isOfThisRun ? (reusedMs ?? 0) : 0,
  startedAt,
});

/** @throws DarkroomError `result_awaited` while other work of this worker computes the same */
async function reuseOrCompute(
  deps: ActivityDependencies,
  input: StageRunInput,
  activity: ActivityRun,
): Promise<Checkpoint> {
  const work = await readStageWork(deps, input, activity.signal);
  const digest = await digestWork(deps, input, work);
  const compute = () => computeIn(deps, input, work, activity);
  if (digest === null) return (await compute()).checkpoint;
  for (;;) {
    const earlier = await copyResults(deps, input, digest, activity.signal);
    if (earlier) return (await writeCheckpoint(deps, input, earlier, activity)).checkpoint;
    const end = await deps.equalWork.begin(digest);
    // Equal work has ended: what it left may be found now.
    if (!end) continue;
    let isShared = true;
    try {
      const { checkpoint, sha256 } = await compute();
      isShared = await recordResults(deps, input, digest, { checkpoint, sha256 }, activity);
      return checkpoint;
    } finally {
      end(isShared);
    }
  }
}

async function computeIn(
  deps: ActivityDependencies,
  input: StageRunInput,
  work: StageWork,
  activity: ActivityRun,
): Promise<WrittenCheckpoint> {
  const scratch = join(deps.workDir, randomUUID());
  try {
    const results = await computeStage(scratch, deps, input, work, activity);
    return await writeCheckpoint(deps, input, results, activity);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

interface WrittenCheckpoint extends Pick<Digest, 'sha256'> {
  readonly checkpoint: Checkpoint;
}

async function writeCheckpoint(
  { stages }: ActivityDependencies,
  input: StageRunInput,
  results: StageResults,
  activity: ActivityRun,
): Promise<WrittenCheckpoint> {
  const { signal, startedAt } = activity;
  const checkpoint = { ...results, computeMs: Date.now() - startedAt };
  const write = () => stages.writeCheckpoint(input, checkpoint, signal);
  const { sha256 } = await waitForStore(activity, signal, write);
  return { checkpoint, sha256 };
}
