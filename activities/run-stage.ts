/** Runs one stage of an operation, or one batch of it: restores the workspace, runs it, and writes a checkpoint. */
import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Operation, Stage, StageContext } from '../operations/operation.ts';
import { DarkroomError } from '../src/errors.ts';
import type { AssetFailure, Checkpoint, OutputFile } from '../src/jobs/model/checkpoint.ts';
import type { ResultNote } from '../src/jobs/model/result.ts';
import { openParams } from '../src/jobs/model/secret-params.ts';
import type { AttemptFiles } from '../src/jobs/ports/run-files.ts';
import { mapConcurrent } from '../src/lib/map-concurrent.ts';
import type { ActivityRun } from './activity-run.ts';
import { mergeCheckpoint } from './checkpoint.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { toJobError } from './job-error.ts';
import { timeStage } from './metrics.ts';
import { ScratchOutputs } from './outputs.ts';
import { type InputBytes, readPreviousStage, readStageInputs } from './stage-inputs.ts';
import { SignsOfLife, withStallLimit } from './stall-limit.ts';
import { waitForStore, waitingForStore } from './store-outage.ts';
import { withTimeLimit } from './time-limit.ts';
import type { StageResult, StageRunInput } from './types.ts';
import { restoreWorkspace, saveWorkspace, WRITE_CONCURRENCY } from './workspace.ts';

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
  const scratch = join(deps.workDir, randomUUID());
  let outcome = 'failed';
  try {
    const computed = await compute(scratch, deps, input, activity);
    const checkpoint = { ...computed, computeMs: Date.now() - startedAt };
    await waitForStore(activity, signal, () => deps.stages.writeCheckpoint(input, checkpoint, signal));
    outcome = 'completed';
    return toResult(checkpoint, startedAt, true);
  } finally {
    timeStage(input, signal.aborted ? 'cancelled' : outcome, (Date.now() - startedAt) / 1000);
    await rm(scratch, { recursive: true, force: true });
  }
}

const toResult = (
  { failures, computeMs }: Checkpoint,
  startedAt: number,
  isOfThisRun: boolean,
): StageResult => ({
  failed: failures.length,
  computeMs: isOfThisRun ? computeMs : 0,
  startedAt,
});

type Computed = Omit<Checkpoint, 'computeMs'>;

async function compute(
  scratch: string,
  deps: ActivityDependencies,
  input: StageRunInput,
  activity: ActivityRun,
): Promise<Computed> {
  const { operation, stage, before } = findStage(deps, input);
  const { signal } = activity;
  const { job } = input;
  const workspace = join(scratch, 'workspace');
  const outputs = new ScratchOutputs(join(scratch, 'outputs'));
  await mkdir(workspace, { recursive: true });
  const retried = await readRetriedCheckpoint(deps, input, signal);
  const previousStage = before ? await readPreviousStage(deps, input, before, signal) : [];
  const restored = await restoreWorkspace(deps.stages, previousStage, workspace, signal);
  const { secrets = [] } = operation;
  const given = await openParams(input.params, secrets, (sealed) => deps.archive.unseal(job, sealed, signal));
  const params = operation.params.parse(given) as never;
  const bytes: InputBytes = {
    directory: join(scratch, 'inputs'),
    areNeeded: (asset) => stage.needsInputs !== false && (stage.selectInput?.(asset, params) ?? true),
  };
  const { inputs, leftOut } = await readStageInputs(deps, input, previousStage, retried, bytes, signal);
  if (retried && inputs.length === 0) return { ...retried, leftOut };
  const signs = new SignsOfLife(scratch);
  const failures: AssetFailure[] = [];
  const notes: ResultNote[] = [];
  const context: StageContext<never> = {
    params,
    inputs,
    leftOut,
    workspace,
    outputs,
    signal,
    attempt: activity.attempt,
    lastAttempt: activity.lastAttempt,
    scheduledAt: activity.scheduledAt,
    destinations: deps.destinations(job.tenant),
    progress: (fraction, detail) => {
      signs.report();
      activity.report({ points: input.points * fraction, detail: detail ?? null });
    },
    onProcess: (pid) => signs.addProcess(pid),
    log: (message, fields) => activity.log(message, { job: input.job.id, stage: stage.name, ...fields }),
    engine: deps.engine,
    memory: deps.memoryOf(stage.capability ?? 'cpu'),
    pictures: signs.inPictures(deps.pictures.forTenant(input.job.tenant)),
    sandbox: deps.sandbox,
    note: (code, message, input) => notes.push({ code, message, asset: input?.index ?? null }),
    fail: ({ index }, error) => {
      if (!input.skipFailedAssets || !(error instanceof DarkroomError) || error.retryable) throw error;
      failures.push({ index, error: toJobError(error) });
      activity.report({ failed: failures.length });
    },
  };
  const { timeoutMs } = input.stage;
  const { stallMs = deps.stallMs } = stage;
  await withStallLimit(signal, stallMs, signs, (unlessStalled) =>
    withTimeLimit(unlessStalled, timeoutMs, (limited) => stage.run({ ...context, signal: limited })),
  );
  signal.throwIfAborted();
  const attempt = waitingForStore(deps.stages.startAttempt(input), activity);
  const isLast = stage === operation.stages.at(-1);
  const computed = {
    fingerprint: input.job.fingerprint,
    inputs: inputs.map(({ index }) => index),
    outputs: await saveOutputs(attempt, outputs, signal),
    workspace: isLast ? [] : await saveWorkspace(attempt, workspace, restored, signal),
    failures,
    leftOut: leftOut.map(({ index, error }) => ({ index, error })),
    notes,
    ...(outputs.data === undefined ? {} : { data: outputs.data }),
  };
  return retried ? mergeCheckpoint(retried, { ...computed, computeMs: 0 }) : computed;
}

/** The checkpoint of an earlier run whose failed assets this one computes again. */
async function readRetriedCheckpoint(
  { stages }: ActivityDependencies,
  { job, step, stage, batch }: StageRunInput,
  signal: AbortSignal,
): Promise<Checkpoint | null> {
  const run = stage.retriesFailuresOf;
  return run && batch ? stages.readCheckpoint({ job, step, stage: { ...stage, run }, batch }, signal) : null;
}

function findStage(
  deps: ActivityDependencies,
  input: StageRunInput,
): { operation: Operation<never>; stage: Stage<never>; before: Stage<never> | undefined } {
  const operation = deps.operation(input.operation);
  const position = operation?.stages.findIndex(({ name }) => name === input.stage.name) ?? -1;
  const stage = operation?.stages[position];
  if (operation && stage) return { operation, stage, before: operation.stages[position - 1] };
  // Retried, because a worker of another version may know it.
  throw new DarkroomError(
    'operation_failed_for_now',
    `This worker does not know ${input.operation}, stage ${input.stage.name}`,
  );
}

const saveOutputs = (
  attempt: AttemptFiles,
  outputs: ScratchOutputs,
  signal: AbortSignal,
): Promise<OutputFile[]> =>
  mapConcurrent(
    outputs.created,
    { concurrency: WRITE_CONCURRENCY, signal },
    async ({ name, requested, asset }, stop) => ({
      path: requested,
      asset,
      ...(await attempt.adoptOutput(name, outputs.pathOf(name), stop)),
    }),
  );
