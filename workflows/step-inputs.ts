/** The inputs of a step: the assets of the job, or files of the steps that it uses. */
import type { CollectInput } from '../activities/types.ts';
import { type Batch, type BatchLayout, chunkEnds, splitIntoBatches } from '../src/jobs/model/batch.ts';
import type { JobStep } from '../src/jobs/model/job.ts';
import { ASSETS } from '../src/jobs/model/pipeline-names.ts';
import { type CollectedInputs, layoutInputs, type StepInput, toRunRef } from '../src/jobs/model/run-input.ts';
import { MAIN_QUEUE } from '../src/temporal/names.ts';
import { findStep, type JobContext } from './job-context.ts';
import { runActivity } from './run-activity.ts';

/** The inputs of a step. */
export interface StepInputs {
  /** The list of them; null: the assets of the job. */
  readonly collected: CollectedInputs | null;
  readonly layout: BatchLayout;
  readonly batches: readonly Batch[];
}

/** Returns the inputs, and counts them in the status of the step. */
export async function findInputs(job: JobContext, step: StepInput): Promise<StepInputs> {
  const { collected } = step;
  const { status } = job;
  if (status.stepOf(step.name).inputs.total === null) {
    const inputs = collected ? await collectInputs(job, step, collected) : countAssets(job, step);
    status.updateStep(step.name, { inputs });
  }
  const layout = layOut(job, step);
  return { collected, layout, batches: splitIntoBatches(layout) };
}

/** The batches of the inputs of a step, which are counted in its status. */
function layOut({ runInput, status, assetQueue: { chunks } }: JobContext, step: StepInput): BatchLayout {
  const collected = status.stepOf(step.name).inputs.total ?? 0;
  return layoutInputs(step, { chunks, collected, sizes: runInput.tuning.batchSizes });
}

/** Assets that could not be downloaded count as failed. */
function countAssets({ status }: JobContext, { use }: StepInput): JobStep['inputs'] {
  const { total, failed } = use.length === 0 ? { total: 0, failed: 0 } : status.current.assets;
  return { total, skipped: 0, failed, reused: 0 };
}

/** Lists the files of the steps that this one uses, or the assets, as its inputs. */
async function collectInputs(
  job: JobContext,
  step: StepInput,
  collected: CollectedInputs,
): Promise<JobStep['inputs']> {
  const { runInput, assetQueue } = job;
  const { heartbeatMs, batchSizes: sizes } = runInput.tuning;
  const input: CollectInput = {
    job: toRunRef(runInput),
    step: step.name,
    collected,
    accepts: step.accepts,
    when: step.when,
    skipFailedAssets: step.skipFailedAssets,
    sizes,
    sources: step.use.map((name) =>
      name === ASSETS
        ? { assets: { chunkEnds: chunkEnds(assetQueue.chunks), sizes } }
        : describeUsed(job, findStep(runInput, name)),
    ),
  };
  const title = `the inputs of ${step.name}`;
  const { total, skipped, failed } = await runActivity(
    job,
    { title, taskQueue: MAIN_QUEUE, heartbeatMs, isShort: true },
    (activities, earlier) => activities.collectInputs({ ...input, ...earlier }),
  );
  return { total, skipped, failed, reused: 0 };
}

const describeUsed = (job: JobContext, used: StepInput): CollectInput['sources'][number] => ({
  step: used.name,
  stages: used.stages.map(({ name, run, perAsset }) => ({ name, run, perAsset })),
  collected: used.collected,
  layout: layOut(job, used),
});
