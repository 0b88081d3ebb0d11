/** Inputs of a stage: checkpoints of the previous stage, and local files with the bytes of its assets. */
import { join } from 'node:path';
import type { InputFile, Stage, StageOutcome } from '../operations/operation.ts';
import { splitIntoBatches } from '../src/jobs/model/batch.ts';
import type { Checkpoint } from '../src/jobs/model/checkpoint.ts';
import type { AssetDownload, StageFiles } from '../src/jobs/ports/run-files.ts';
import { mapConcurrent } from '../src/lib/map-concurrent.ts';
import { splitParts } from './checkpoint.ts';
import type { ActivityDependencies } from './dependencies.ts';
import type { StageRunInput } from './types.ts';
import { READ_CONCURRENCY } from './workspace.ts';

/** Checkpoints of the stage before: that of the same batch, or all. */
export async function readPreviousStage(
  { stages }: ActivityDependencies,
  { job, step, batch, layout, before }: StageRunInput,
  previous: Stage<never>,
  signal: AbortSignal,
): Promise<Checkpoint[]> {
  if (!before) throw new Error(`The run has no stage ${previous.name}`);
  const batches = previous.perAsset && batch ? [batch] : splitParts(previous, layout);
  return stages.readCheckpoints(
    batches.map((part) => ({ job, step, stage: before, batch: part })),
    signal,
  );
}

/**
 * The assets that the stage computes, and those that failed before it. `retried`: the checkpoint of an earlier run; assets
 * that succeeded there are not computed again.
 */
export async function listStageInputs(
  { assets }: ActivityDependencies,
  { job, collected, batch, layout }: StageRunInput,
  previousStage: readonly Checkpoint[],
  retried: Checkpoint | null,
  signal: AbortSignal,
): Promise<{ inputs: AssetDownload[]; leftOut: StageOutcome[] }> {
  const owner = { ...job, collected };
  const downloads = await assets.readBatches(owner, batch ? [batch] : splitIntoBatches(layout), signal);
  const leftOut = listFailed(downloads, previousStage);
  const failed = new Set(leftOut.map(({ index }) => index));
  const inputs = downloads.filter(
    ({ index }) => !failed.has(index) && !(retried && hasSucceeded(retried, index)),
  );
  return { inputs, leftOut };
}

/** Which assets a stage reads. */
interface InputBytes {
  /** Where copies of the assets go. */
  readonly directory: string;
  areNeeded(asset: Pick<InputFile, 'name'>): boolean;
}

/** Brings the assets that are needed to this machine. */
export const bringInputs = (
  stages: StageFiles,
  inputs: readonly AssetDownload[],
  bytes: InputBytes,
  signal: AbortSignal,
): Promise<InputFile[]> =>
  mapConcurrent(inputs, { concurrency: READ_CONCURRENCY, signal }, (download, stop) =>
    toInputFile(stages, download, bytes, stop),
  );

function listFailed(
  downloads: readonly AssetDownload[],
  previousStage: readonly Checkpoint[],
): StageOutcome[] {
  const failures = new Map(
    previousStage
      .flatMap(({ leftOut, failures }) => [...leftOut, ...failures])
      .map(({ index, error }) => [index, error]),
  );
  return downloads.flatMap(({ index, name, error: downloadError }) => {
    const error = downloadError ?? failures.get(index);
    return error ? [{ index, name, error }] : [];
  });
}

const hasSucceeded = ({ inputs, failures }: Checkpoint, index: number): boolean =>
  inputs.includes(index) && !failures.some((failure) => failure.index === index);

async function toInputFile(
  stages: StageFiles,
  { index, name, attributes, location, size }: AssetDownload,
  { directory, areNeeded }: InputBytes,
  signal: AbortSignal,
): Promise<InputFile> {
  if (location === null || size === null) throw new Error(`Asset ${index} has no bytes`);
  if (!areNeeded({ name })) return { index, name, attributes, path: '', size };
  const path =
    'path' in location
      ? location.path
      : await stages.toLocalFile(location, join(directory, String(index)), 'read', signal);
  return { index, name, attributes, path, size };
}
