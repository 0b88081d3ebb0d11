/** What a completed step has: its inputs, and the checkpoints of its stages. */
import { type BatchLayout, splitIntoBatches } from '../src/jobs/model/batch.ts';
import type { Checkpoint } from '../src/jobs/model/checkpoint.ts';
import type { JobError } from '../src/jobs/model/job.ts';
import type { CollectedInputs, RunRef } from '../src/jobs/model/run-input.ts';
import type { AssetDownload } from '../src/jobs/ports/run-files.ts';
import { splitParts } from './checkpoint.ts';
import type { ActivityDependencies } from './dependencies.ts';
import type { UsedStep } from './types.ts';

/** A step without any input does not run. */
const isEmpty = (collected: CollectedInputs | null, { chunkEnds }: BatchLayout): boolean =>
  collected !== null && (chunkEnds.at(-1) ?? 0) === 0;

/** Returns the checkpoints of all stages of a step, stage by stage, in the order of its inputs. */
export const readCheckpoints = (
  { stages }: ActivityDependencies,
  job: RunRef,
  { step, stages: list, collected, layout }: UsedStep,
  signal: AbortSignal,
): Promise<Checkpoint[]> =>
  stages.readCheckpoints(
    (isEmpty(collected, layout) ? [] : list).flatMap((stage) =>
      splitParts(stage, layout).map((batch) => ({ job, step, stage, batch })),
    ),
    signal,
  );

/** Returns the inputs of a step, in order. */
export const readInputs = (
  { assets }: ActivityDependencies,
  job: RunRef,
  { collected, layout }: Pick<UsedStep, 'collected' | 'layout'>,
  signal: AbortSignal,
): Promise<AssetDownload[]> => assets.readBatches({ ...job, collected }, splitIntoBatches(layout), signal);

/** Returns why inputs could not be processed, by position. */
export const listFailures = (checkpoints: readonly Checkpoint[]): ReadonlyMap<number, JobError> =>
  new Map(checkpoints.flatMap(({ failures }) => failures.map(({ index, error }) => [index, error])));

/** Position of the asset that an input is, or was made from; null: it was made from several. */
export const originOf = ({ index, asset }: AssetDownload): number | null =>
  asset === undefined ? index : asset;
