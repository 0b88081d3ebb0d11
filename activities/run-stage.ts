/** Runs one stage of an operation, or one batch of it, from the checkpoint before it to its own. */
import { randomUUID } from 'node:crypto';
import { constants, createWriteStream } from 'node:fs';
import { copyFile, mkdir, readdir, rm } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Context } from '@temporalio/activity';
import type { InputFile, Operation, Stage, StageContext } from '../operations/operation.ts';
import { DarkroomError } from '../src/errors.ts';
import type { Batch } from '../src/jobs/order.ts';
import { checkpointKey, outputKey, workspacePrefix } from '../src/storage/layout.ts';
import type { ObjectStore } from '../src/storage/store.ts';
import { type AssetRecord, readBatch } from './asset-record.ts';
import { type Checkpoint, partsOf, readCheckpoint, type StoredFile } from './checkpoint.ts';
import type { ActivityDeps } from './deps.ts';
import { asJobError } from './fetch-asset.ts';
import { ScratchOutputs } from './outputs.ts';
import { type Pulse, pulsing } from './step.ts';
import type { StageResult, StageStep } from './steps.ts';

export const createRunStage =
  (deps: ActivityDeps) =>
  (step: StageStep): Promise<StageResult> =>
    pulsing(step.announce, async (pulse) => {
      const { job, stage, batch } = step;
      const done = await readCheckpoint(deps.store, job, stage, batch);
      if (done) return { failed: done.failures.length, startedAt: pulse.startedAt };
      const scratch = join(deps.workDir, randomUUID());
      try {
        const checkpoint = await runIn(scratch, deps, step, pulse);
        pulse.signal.throwIfAborted();
        await deps.store.put(checkpointKey(job, job.run, stage, batch), JSON.stringify(checkpoint));
        return { failed: checkpoint.failures.length, startedAt: pulse.startedAt };
      } finally {
        await rm(scratch, { recursive: true, force: true });
      }
    });

async function runIn(
  scratch: string,
  deps: ActivityDeps,
  step: StageStep,
  pulse: Pulse,
): Promise<Checkpoint> {
  const { operation, stage, before } = stageOf(deps, step);
  const workspace = join(scratch, 'workspace');
  const outputs = new ScratchOutputs(join(scratch, 'outputs'));
  await mkdir(workspace, { recursive: true });
  const earlier = before ? await restore(deps.store, step, before, workspace) : [];
  const inputs = await inputsOf(deps.store, step, new Set(earlier), join(scratch, 'inputs'));
  const failures: Checkpoint['failures'][number][] = [];
  const context: StageContext<never> = {
    params: operation.params.parse(step.params) as never,
    inputs,
    workspace,
    outputs,
    signal: pulse.signal,
    attempt: pulse.attempt,
    progress: (fraction, detail) => pulse.report({ points: step.points * fraction, detail: detail ?? null }),
    log: (message, fields) =>
      Context.current().log.info(message, { job: step.job.id, stage: stage.name, ...fields }),
    fail: (input, error) => {
      if (!step.skipFailedAssets || !(error instanceof DarkroomError) || error.retryable) throw error;
      failures.push({ index: input.index, error: asJobError(error) });
      pulse.report({ failed: failures.length });
    },
  };
  await stage.run(context);
  pulse.signal.throwIfAborted();
  const { data } = outputs;
  return {
    fingerprint: step.job.fingerprint,
    outputs: await keepOutputs(deps.store, step, outputs),
    workspace: await keepWorkspace(deps.store, step, workspace, stage !== operation.stages.at(-1)),
    failures,
    ...(data === undefined ? {} : { data }),
  };
}

function stageOf(
  deps: ActivityDeps,
  step: StageStep,
): { operation: Operation<never>; stage: Stage<never>; before?: Stage<never> } {
  const operation = deps.operation(step.operation);
  const position = operation?.stages.findIndex(({ name }) => name === step.stage) ?? -1;
  const stage = operation?.stages[position];
  if (!operation || !stage) {
    // A worker of another version may know it, so this is tried again.
    throw new DarkroomError(
      'operation_failed_for_now',
      `This worker does not know ${step.operation}, stage ${step.stage}`,
    );
  }
  const before = operation.stages[position - 1];
  return before ? { operation, stage, before } : { operation, stage };
}

/** Brings back what the stage before left; returns the positions of assets that failed by then. */
async function restore(
  store: ObjectStore,
  step: StageStep,
  before: Stage<never>,
  workspace: string,
): Promise<number[]> {
  const { job, batch, assetsTotal } = step;
  const parts = before.perAsset && batch ? [batch] : partsOf(before, assetsTotal);
  const failed: number[] = [];
  for (const part of parts) {
    const checkpoint = await readCheckpoint(store, job, before.name, part);
    if (!checkpoint) throw new Error(`Stage ${before.name} has no checkpoint`);
    failed.push(...checkpoint.failures.map(({ index }) => index));
    const prefix = workspacePrefix(job, job.run, before.name, part);
    for (const path of checkpoint.workspace)
      await bring(store, `${prefix}${path}`, join(workspace, path), 'copy');
  }
  return failed;
}

async function inputsOf(
  store: ObjectStore,
  step: StageStep,
  failed: ReadonlySet<number>,
  scratch: string,
): Promise<InputFile[]> {
  const batches = step.batch ? [step.batch] : (partsOf({ perAsset: true }, step.assetsTotal) as Batch[]);
  const records = await Promise.all(batches.map((batch) => readBatch(store, step.job, batch)));
  const usable = records
    .flatMap((batch) => batch ?? [])
    .filter(({ index, error }) => error === null && !failed.has(index));
  return Promise.all(usable.map((record) => toInput(store, record, scratch)));
}

async function toInput(store: ObjectStore, record: AssetRecord, scratch: string): Promise<InputFile> {
  const { index, name, attributes, location, size } = record;
  if (location === null || size === null) throw new Error(`Asset ${index} has no bytes`);
  const path =
    'path' in location
      ? location.path
      : await bring(store, location.key, join(scratch, String(index)), 'read');
  return { index, name, attributes, path, size };
}

/** An object as a file of this machine: in place if it may only be read and the store can, else as a copy. */
async function bring(store: ObjectStore, key: string, path: string, use: 'read' | 'copy'): Promise<string> {
  const local = store.localPath(key);
  if (local !== null && use === 'read') return local;
  await mkdir(dirname(path), { recursive: true });
  if (local !== null) {
    await copyFile(local, path, constants.COPYFILE_FICLONE);
    return path;
  }
  const body = await store.get(key);
  if (!body) throw new Error(`The store has lost ${key}`);
  await pipeline(body, createWriteStream(path));
  return path;
}

async function keepOutputs(
  store: ObjectStore,
  { job, stage, batch }: StageStep,
  outputs: ScratchOutputs,
): Promise<StoredFile[]> {
  const kept: StoredFile[] = [];
  for (const { name, wanted, asset } of outputs.made) {
    const key = outputKey(job, job.run, stage, batch, name);
    kept.push({ path: wanted, asset, key, ...(await store.adopt(key, outputs.pathOf(name))) });
  }
  return kept;
}

/** After the last stage nobody needs the workspace. */
async function keepWorkspace(
  store: ObjectStore,
  { job, stage, batch }: StageStep,
  workspace: string,
  keep: boolean,
): Promise<string[]> {
  if (!keep) return [];
  const entries = await readdir(workspace, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(workspace, join(entry.parentPath, entry.name)));
  const prefix = workspacePrefix(job, job.run, stage, batch);
  for (const path of paths) await store.adopt(`${prefix}${path}`, join(workspace, path));
  return paths;
}
