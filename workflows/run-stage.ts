/** Runs one stage of a step: once with all inputs, or batch by batch. */
import { workflowInfo } from '@temporalio/workflow';
import type { Batch } from '../src/jobs/model/batch.ts';
import { DEFAULT_PRIORITY } from '../src/jobs/model/priority.ts';
import { type StepInput, toRunRef } from '../src/jobs/model/run-input.ts';
import { queueOf } from '../src/temporal/names.ts';
import { DOWNLOAD_POINTS, type JobContext, labelStage, PACKAGING_POINTS } from './job-context.ts';
import { addMs } from './job-status.ts';
import { mapConcurrent } from './map-concurrent.ts';
import { type ActivityToRun, runActivity } from './run-activity.ts';
import type { StepInputs } from './step-inputs.ts';
import { summarizeActivity } from './summaries.ts';

interface StageToRun {
  readonly step: StepInput;
  readonly inputs: StepInputs;
  /** Position of the stage in the step. */
  readonly index: number;
  /** Whether the job is in the queue until the first activity of this stage starts. */
  readonly isQueued: boolean;
}

/** @returns False when the history has become long and batches are left. */
export async function runStage(
  job: JobContext,
  { step, inputs, index, isQueued }: StageToRun,
): Promise<boolean> {
  const { runInput, status, assetQueue, positions } = job;
  const stage = step.stages[index];
  if (!stage) throw new Error(`Step ${step.name} has no stage ${index}`);
  const batches: readonly (Batch | null)[] = stage.perAsset ? inputs.batches : [null];
  const position = positions.get(step.name);
  const isContinued = position?.stage === index;
  const batchesDone = isContinued ? position.batchesDone : 0;
  const downloadPoints = batches.length > 0 && assetQueue.total > 0 ? DOWNLOAD_POINTS : 0;
  const share = 1 / step.stages.length / batches.length;
  const points = ((100 - downloadPoints - PACKAGING_POINTS) / runInput.steps.length) * share;
  const { name, run, retriesFailuresOf, timeoutMs, capability } = stage;
  const isFirst = index === 0 && step.collected === null;
  const options: Omit<ActivityToRun, 'title'> = {
    taskQueue: queueOf(capability),
    heartbeatMs: stage.heartbeatMs,
    isShort: stage.isShort && batches.length === 1,
    ...(isFirst ? {} : { priority: prioritizeStartedJobs() }),
  };
  let next = batchesDone;
  let left = batches.length - batchesDone;
  let reused = isContinued ? position.reused : 0;
  const source = { isReady: () => true, take: () => batches[next++], left };
  await mapConcurrent(job, source, async (batch) => {
    const input = {
      job: toRunRef(runInput),
      points,
      signalsStart: isQueued,
      step: step.name,
      operation: step.operation,
      params: step.params,
      skipFailedAssets: step.skipFailedAssets,
      reuse: step.reuse,
      stage: { name, run, retriesFailuresOf, timeoutMs, capability },
      before: step.stages[index - 1] ?? null,
      collected: inputs.collected,
      batch,
      // A batch says which inputs it holds, so it can do without the chunks, of which there may be many.
      layout: { ...inputs.layout, chunkEnds: batch === null ? inputs.layout.chunkEnds : [] },
    };
    const title = summarizeActivity(labelStage(runInput, step, name), batch);
    const result = await runActivity(job, { ...options, title }, ({ runStage }, earlier) =>
      runStage({ ...input, ...earlier }),
    );
    left -= 1;
    reused += result.reused;
    const { progress, inputs: counts, files, usage } = status.stepOf(step.name);
    status.updateStep(step.name, {
      progress: Math.min(99, Math.round((progress + 100 * share) * 100) / 100),
      inputs: {
        ...counts,
        failed: counts.failed + result.failed,
        reused: Math.max(counts.reused, reused),
      },
      files: { count: files.count + result.files.count, bytes: files.bytes + result.files.bytes },
      usage: {
        compute_seconds: addMs(usage.compute_seconds, result.computeMs),
        reused_seconds: addMs(usage.reused_seconds, result.reusedMs),
      },
    });
    const ofAssets = inputs.collected === null ? result : { ...result, failed: 0 };
    status.addProgress(points, ofAssets, left > 0);
  });
  positions.set(step.name, { stage: index, batchesDone: batches.length - left, reused });
  return left === 0;
}

/** Later stages take precedence, so that started jobs finish before others start. Otherwise all jobs of a queue would end late, together. */
const prioritizeStartedJobs = (): { priorityKey: number } => ({
  priorityKey: Math.max(1, (workflowInfo().priority?.priorityKey ?? DEFAULT_PRIORITY) - 1),
});
