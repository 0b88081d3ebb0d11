/** Computes one stage of an operation, or one batch of it, in a scratch directory. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { StageContext } from '../operations/operation.ts';
import { DarkroomError } from '../src/errors.ts';
import type { AssetFailure, Checkpoint, OutputFile } from '../src/jobs/model/checkpoint.ts';
import type { ResultNote } from '../src/jobs/model/result.ts';
import type { AttemptFiles } from '../src/jobs/ports/run-files.ts';
import { mapConcurrent } from '../src/lib/map-concurrent.ts';
import { toPublicLine } from '../src/lib/public-line.ts';
import type { ActivityRun } from './activity-run.ts';
import { mergeCheckpoint } from './checkpoint.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { toJobError } from './job-error.ts';
import { ScratchOutputs } from './outputs.ts';
import { bringInputs } from './stage-inputs.ts';
import type { StageWork } from './stage-work.ts';
import { SignsOfLife, withStallLimit } from './stall-limit.ts';
import { waitingForStore } from './store-outage.ts';
import { withTimeLimit } from './time-limit.ts';
import type { StageRunInput } from './types.ts';
import { restoreWorkspace, saveWorkspace, WRITE_CONCURRENCY } from './workspace.ts';

/** A checkpoint without the time that it took. */
export type StageResults = Omit<Checkpoint, 'computeMs'>;

/** Restores the workspace, runs the stage, and stores its files. */
export async function computeStage(
  scratch: string,
  deps: ActivityDependencies,
  input: StageRunInput,
  { operation, stage, params, retried, previousStage, inputs: listed, leftOut }: StageWork,
  activity: ActivityRun,
): Promise<StageResults> {
  if (retried && listed.length === 0) return { ...retried, leftOut };
  const { signal } = activity;
  const { job } = input;
  const workspace = join(scratch, 'workspace');
  const outputs = new ScratchOutputs(join(scratch, 'outputs'));
  await mkdir(workspace, { recursive: true });
  const restored = await restoreWorkspace(deps.stages, previousStage, workspace, signal);
  const bytes = {
    directory: join(scratch, 'inputs'),
    areNeeded: (asset: { readonly name: string }) =>
      stage.needsInputs !== false && (stage.selectInput?.(asset, params) ?? true),
  };
  const inputs = await bringInputs(deps.stages, listed, bytes, signal);
  const signs = new SignsOfLife(scratch);
  const secretTexts = (operation.secrets ?? [])
    .map((name) => (params as Readonly<Record<string, unknown>>)[name])
    .filter((value) => typeof value === 'string');
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
    logOutput: (line) => {
      const message = toPublicLine(line, secretTexts);
      if (message !== '') activity.record({ level: 'info', type: 'output', code: null, message });
    },
    note: (code, message, input) => {
      notes.push({ code, message, asset: input?.index ?? null });
      activity.record({ level: 'warning', type: 'note', code, message });
    },
    fail: ({ index }, error) => {
      if (!input.skipFailedAssets || !(error instanceof DarkroomError) || error.retryable) throw error;
      failures.push({ index, error: toJobError(error) });
      activity.record({ level: 'warning', type: 'asset', code: error.code, message: error.message });
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

const saveOutputs = (
  attempt: Pick<AttemptFiles, 'adoptOutput'>,
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
