/** Runs one stage of an operation, or one batch of it, from the checkpoint before it to its own. */
import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Context } from '@temporalio/activity';
import type { InputFile, Operation, Stage, StageContext, StageOutcome } from '../operations/operation.ts';
import { DarkroomError } from '../src/errors.ts';
import { batchesOf } from '../src/jobs/model/batch.ts';
import { mapConcurrent } from '../src/lib/map-concurrent.ts';
import { checkpointKey, outputKey } from '../src/storage/layout.ts';
import type { ObjectStore } from '../src/storage/object-store.ts';
import { type AssetRecord, readBatches } from './asset-record.ts';
import { type Checkpoint, mergeCheckpoint, partsOf, readCheckpoint, type StoredFile } from './checkpoint.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { asJobError } from './fetch-asset.ts';
import { type ActivityRun, withHeartbeat } from './heartbeat.ts';
import { timeStage } from './metrics.ts';
import { ScratchOutputs } from './outputs.ts';
import type { StageResult, StageRunInput } from './types.ts';
import { bring, keepWorkspace, READS, restoreWorkspace, WRITES } from './workspace.ts';

export const createRunStage =
  (deps: ActivityDependencies) =>
  (step: StageRunInput): Promise<StageResult> =>
    withHeartbeat(step.signalsStart, async (activity) => {
      const { job, stage, batch } = step;
      const done = await readCheckpoint(deps.store, job, stage, batch, activity.signal);
      // Made by an attempt whose answer was lost; or by an earlier run, whose usage it was.
      if (done) return resultOf(done, activity.startedAt, stage.run === job.run);
      const scratch = join(deps.workDir, randomUUID());
      let outcome = 'failed';
      try {
        const { retriesFailuresOf } = stage;
        const previous =
          retriesFailuresOf && batch
            ? await readCheckpoint(
                deps.store,
                job,
                { ...stage, run: retriesFailuresOf },
                batch,
                activity.signal,
              )
            : null;
        const made = await runIn(scratch, deps, step, previous, activity);
        activity.signal.throwIfAborted();
        const checkpoint = { ...made, computeMs: Date.now() - activity.startedAt };
        const key = checkpointKey(job, stage.run, stage.name, batch);
        await deps.store.put(key, JSON.stringify(checkpoint), { signal: activity.signal });
        outcome = 'completed';
        return resultOf(checkpoint, activity.startedAt, true);
      } finally {
        timeStage(
          step,
          activity.signal.aborted ? 'cancelled' : outcome,
          (Date.now() - activity.startedAt) / 1000,
        );
        await rm(scratch, { recursive: true, force: true });
      }
    });

const resultOf = (
  { failures, computeMs = 0 }: Checkpoint,
  startedAt: number,
  ours: boolean,
): StageResult => ({ failed: failures.length, computeMs: ours ? computeMs : 0, startedAt });

async function runIn(
  scratch: string,
  deps: ActivityDependencies,
  step: StageRunInput,
  previous: Checkpoint | null,
  activity: ActivityRun,
): Promise<Checkpoint> {
  const { operation, stage, before } = stageOf(deps, step);
  const { store } = deps;
  const { signal } = activity;
  const workspace = join(scratch, 'workspace');
  const outputs = new ScratchOutputs(join(scratch, 'outputs'));
  await mkdir(workspace, { recursive: true });
  const earlier = before ? await checkpointsOf(store, step, before, signal) : [];
  const restored = await restoreWorkspace(store, earlier, workspace, signal);
  const batches = step.batch ? [step.batch] : batchesOf(step.layout);
  const records = await readBatches(store, step.job, batches, signal);
  const leftOut = leftOutOf(records, earlier);
  const gone = new Set(leftOut.map(({ index }) => index));
  const usable = records.filter(({ index }) => !gone.has(index));
  const missing = previous ? usable.filter(({ index }) => !isDone(previous, index)) : usable;
  if (previous && missing.length === 0) return previous;
  const scratchInputs = join(scratch, 'inputs');
  const inputs = await mapConcurrent(missing, { concurrency: READS, signal }, (record, stop) =>
    toInput(store, record, stage.needsInputs === false ? null : scratchInputs, stop),
  );
  const failures: Checkpoint['failures'][number][] = [];
  const context: StageContext<never> = {
    params: operation.params.parse(step.params) as never,
    inputs,
    leftOut,
    workspace,
    outputs,
    signal,
    attempt: activity.attempt,
    progress: (fraction, detail) =>
      activity.report({ points: step.points * fraction, detail: detail ?? null }),
    log: (message, fields) =>
      Context.current().log.info(message, { job: step.job.id, stage: stage.name, ...fields }),
    engine: deps.engine,
    memory: deps.memoryOf(stage.capability ?? 'cpu'),
    fail: (input, error) => {
      if (!step.skipFailedAssets || !(error instanceof DarkroomError) || error.retryable) throw error;
      failures.push({ index: input.index, error: asJobError(error) });
      activity.report({ failed: failures.length });
    },
  };
  await stage.run(context);
  signal.throwIfAborted();
  const { data } = outputs;
  const checkpoint = {
    fingerprint: step.job.fingerprint,
    inputs: missing.map(({ index }) => index),
    outputs: await keepOutputs(store, step, outputs, signal),
    // After the last stage nobody needs it.
    workspace:
      stage === operation.stages.at(-1) ? [] : await keepWorkspace(store, step, workspace, restored, signal),
    failures,
    ...(data === undefined ? {} : { data }),
  };
  return previous ? mergeCheckpoint(previous, checkpoint) : checkpoint;
}

function stageOf(
  deps: ActivityDependencies,
  step: StageRunInput,
): { operation: Operation<never>; stage: Stage<never>; before?: Stage<never> } {
  const operation = deps.operation(step.operation);
  const position = operation?.stages.findIndex(({ name }) => name === step.stage.name) ?? -1;
  const stage = operation?.stages[position];
  if (!operation || !stage) {
    // A worker of another version may know it, so this is tried again.
    throw new DarkroomError(
      'operation_failed_for_now',
      `This worker does not know ${step.operation}, stage ${step.stage.name}`,
    );
  }
  const before = operation.stages[position - 1];
  return before ? { operation, stage, before } : { operation, stage };
}

/** What the stage before left: of the same batch, or all of it. */
async function checkpointsOf(
  store: ObjectStore,
  step: StageRunInput,
  before: Stage<never>,
  signal: AbortSignal,
): Promise<Checkpoint[]> {
  const { job, batch, layout } = step;
  const parts = before.perAsset && batch ? [batch] : partsOf(before, layout);
  return mapConcurrent(parts, { concurrency: READS, signal }, async (part, stop) => {
    const checkpoint = step.before && (await readCheckpoint(store, job, step.before, part, stop));
    if (!checkpoint) throw new Error(`Stage ${before.name} has no checkpoint`);
    return checkpoint;
  });
}

function leftOutOf(records: readonly AssetRecord[], earlier: readonly Checkpoint[]): StageOutcome[] {
  const failures = new Map(
    earlier.flatMap(({ failures }) => failures.map(({ index, error }) => [index, error])),
  );
  return records.flatMap(({ index, name, error }) => {
    const why = error ?? failures.get(index);
    return why ? [{ index, name, error: why }] : [];
  });
}

/** Whether an earlier run of the stage made what there is to make of this asset. */
const isDone = ({ inputs, failures }: Checkpoint, index: number): boolean =>
  inputs.includes(index) && !failures.some((failure) => failure.index === index);

/** `scratch`: where its bytes may be brought; null: they need not be. */
async function toInput(
  store: ObjectStore,
  record: AssetRecord,
  scratch: string | null,
  signal: AbortSignal,
): Promise<InputFile> {
  const { index, name, attributes, location, size } = record;
  if (location === null || size === null) throw new Error(`Asset ${index} has no bytes`);
  if (scratch === null) return { index, name, attributes, path: '', size };
  const path =
    'path' in location
      ? location.path
      : await bring(store, location.key, join(scratch, String(index)), 'read', signal);
  return { index, name, attributes, path, size };
}

/**
 * Under names of this attempt: one that was given up for lost may still be writing, and must not write over what the
 * checkpoint of another names.
 */
async function keepOutputs(
  store: ObjectStore,
  { job, stage, batch }: StageRunInput,
  outputs: ScratchOutputs,
  signal: AbortSignal,
): Promise<StoredFile[]> {
  const attempt = randomUUID().slice(0, 8);
  return mapConcurrent(
    outputs.made,
    { concurrency: WRITES, signal },
    async ({ name, wanted, asset }, stop) => {
      const key = outputKey(job, stage.run, stage.name, batch, `${attempt}/${name}`);
      return {
        path: wanted,
        asset,
        key,
        ...(await store.adopt(key, outputs.pathOf(name), { signal: stop })),
      };
    },
  );
}
