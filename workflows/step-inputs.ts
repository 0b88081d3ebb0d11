/** The inputs of a step: the assets of the job, or files of the steps that it uses. */
import type { CollectInput } from '../activities/types.ts';
import { type Batch, type BatchLayout, chunkEnds, splitIntoBatches } from '../src/jobs/model/batch.ts';
import { ASSETS } from '../src/jobs/model/pipeline.ts';
import type { CollectedInputs, StepInput } from '../src/jobs/model/run-input.ts';
import { MAIN_QUEUE } from '../src/temporal/names.ts';
import { findStep, type JobContext, toRunRef } from './job-context.ts';
import { runStep } from './run-step.ts';

/** The inputs of a step. */
export interface StepInputs {
  /** The list of them; null: the assets of the job. */
  readonly collected: CollectedInputs | null;
  readonly layout: BatchLayout;
  readonly batches: readonly Batch[];
}

/** Returns the inputs, and counts them in the status of the step. */
export async function findInputs(job: JobContext, step: StepInput): Promise<StepInputs> {
  if (step.collected) return collectInputs(job, step, step.collected);
  const { total } = job.status.stepOf(step.name).inputs;
  if (total === null) job.status.updateStep(step.name, { inputs: countAssets(job, step) });
  return useAssets(job, step);
}

function useAssets({ runInput, assetQueue }: JobContext, { use }: StepInput): StepInputs {
  const layout = {
    chunkEnds: use.length === 0 ? [] : chunkEnds(assetQueue.chunks),
    sizes: runInput.tuning.batchSizes,
  };
  return { collected: null, layout, batches: splitIntoBatches(layout) };
}

/** Assets that could not be downloaded count as failed. */
function countAssets({ status }: JobContext, { use }: StepInput): { total: number; failed: number } {
  const { total, failed } = status.current.assets;
  return use.length === 0 ? { total: 0, failed: 0 } : { total, failed };
}

/** Lists the files of the steps that this one uses as its inputs. */
async function collectInputs(
  job: JobContext,
  step: StepInput,
  collected: CollectedInputs,
): Promise<StepInputs> {
  const { runInput, status, assetQueue } = job;
  const { heartbeatMs, batchSizes: sizes } = runInput.tuning;
  const known = status.stepOf(step.name).inputs;
  if (known.total === null) {
    const input: CollectInput = {
      job: toRunRef(runInput),
      step: step.name,
      collected,
      accepts: step.accepts,
      sizes,
      sources: step.use.map((name) =>
        name === ASSETS
          ? { assets: { chunkEnds: chunkEnds(assetQueue.chunks), sizes } }
          : describeUsed(job, name),
      ),
    };
    const title = `the inputs of ${step.name}`;
    const { total, failed } = await runStep(
      job,
      { title, taskQueue: MAIN_QUEUE, heartbeatMs, isShort: true },
      (activities, earlier) => activities.collectInputs({ ...input, ...earlier }),
    );
    status.updateStep(step.name, { inputs: { total, failed } });
  }
  const layout = { chunkEnds: [status.stepOf(step.name).inputs.total ?? 0], sizes };
  return { collected, layout, batches: splitIntoBatches(layout) };
}

function describeUsed(job: JobContext, name: string): CollectInput['sources'][number] {
  const { runInput, status } = job;
  const used = findStep(runInput, name);
  const stages = used.stages.map(({ name, run, perAsset }) => ({ name, run, perAsset }));
  if (used.collected === null)
    return { step: name, stages, collected: null, layout: useAssets(job, used).layout };
  const layout = {
    chunkEnds: [status.stepOf(name).inputs.total ?? 0],
    sizes: runInput.tuning.batchSizes,
  };
  return { step: name, stages, collected: used.collected, layout };
}
