/** Runs one stage of an operation: once with all assets, or batch by batch. */
import { workflowInfo } from '@temporalio/workflow';
import { type Batch, chunkEnds } from '../src/jobs/model/batch.ts';
import { DEFAULT_PRIORITY } from '../src/jobs/model/priority.ts';
import type { StageInput } from '../src/jobs/model/run-input.ts';
import { queueOf } from '../src/temporal/names.ts';
import { continueRun } from './continue-as-new.ts';
import { DOWNLOAD_POINTS, type JobContext, PACKAGING_POINTS, toRunRef } from './job-context.ts';
import { mapConcurrent } from './map-concurrent.ts';
import { runStep, type StepOptions } from './run-step.ts';
import { summarizeStep } from './summaries.ts';

/** `isQueued`: the job is in the queue until the first activity of this stage starts. */
export async function runStage(job: JobContext, stage: StageInput, isQueued: boolean): Promise<void> {
  const { runInput, status, assetQueue, resumeFrom } = job;
  const { header, params, skipFailedAssets, tuning } = runInput;
  const batches: readonly (Batch | null)[] = stage.perAsset ? assetQueue.batches : [null];
  const index = runInput.stages.indexOf(stage);
  const batchesDone = resumeFrom?.stage?.index === index ? resumeFrom.stage.batchesDone : 0;
  const downloadPoints = batches.length > 0 && assetQueue.total > 0 ? DOWNLOAD_POINTS : 0;
  const points = (100 - downloadPoints - PACKAGING_POINTS) / runInput.stages.length / batches.length;
  const { name, run, retriesFailuresOf, timeoutMs } = stage;
  const options: Omit<StepOptions, 'title'> = {
    taskQueue: queueOf(stage.capability),
    heartbeatMs: stage.heartbeatMs,
    ...(stage === runInput.stages[0] ? {} : { priority: prioritizeStartedJobs() }),
  };
  let next = batchesDone;
  let left = batches.length - batchesDone;
  await mapConcurrent(job, { isReady: () => true, take: () => batches[next++] }, async (batch) => {
    const input = {
      job: toRunRef(runInput),
      points,
      signalsStart: isQueued,
      operation: header.operation,
      params,
      skipFailedAssets,
      stage: { name, run, retriesFailuresOf, timeoutMs },
      before: runInput.stages[index - 1] ?? null,
      batch,
      // A batch says which assets it holds, so it can do without the chunks, of which there may be many.
      layout: { chunkEnds: batch === null ? chunkEnds(assetQueue.chunks) : [], sizes: tuning.batchSizes },
    };
    const title = summarizeStep(name, batch);
    const result = await runStep(job, { ...options, title }, ({ runStage }, earlier) =>
      runStage({ ...input, ...earlier }),
    );
    left -= 1;
    status.addProgress(points, result, left > 0);
  });
  if (left > 0) await continueRun(job, { index, batchesDone: batches.length - left });
}

/** Later stages take precedence, so that started jobs finish before others start. Otherwise all jobs of a queue would end late, together. */
const prioritizeStartedJobs = (): { priorityKey: number } => ({
  priorityKey: Math.max(1, (workflowInfo().priority?.priorityKey ?? DEFAULT_PRIORITY) - 1),
});
