/** One stage of an operation: once with all assets, or batch by batch. */
import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { Activities } from '../activities/types.ts';
import { type Batch, chunkEnds } from '../src/jobs/model/batch.ts';
import type { StageInput } from '../src/jobs/model/run-input.ts';
import { queueOf } from '../src/temporal/names.ts';
import { continueRun } from './continue-as-new.ts';
import { mapConcurrent, retryWhileInfrastructureDown } from './control.ts';
import { bounds, DOWNLOAD_POINTS, type Job, PACKAGING_POINTS, runOf, watched } from './job.ts';

/** Temporal's own default: of 1 to 5, the middle. */
const USUAL_PRIORITY = 3;

/** `signalsStart`: the job is in the queue until this stage begins. */
export async function runStage(job: Job, stage: StageInput, signalsStart: boolean): Promise<void> {
  const { runInput, status, control, assetQueue, resumeFrom } = job;
  const { runStage } = proxyActivities<Activities>({
    ...watched,
    taskQueue: queueOf(stage.capability),
    startToCloseTimeout: stage.timeoutMs,
    ...(stage === runInput.stages[0] ? {} : { priority: prioritizeStartedJobs() }),
  });
  const parts: readonly (Batch | null)[] = stage.perAsset ? assetQueue.batches : [null];
  const index = runInput.stages.indexOf(stage);
  const before = resumeFrom?.stage?.index === index ? resumeFrom.stage.done : 0;
  const downloads = parts.length > 0 && assetQueue.total > 0 ? DOWNLOAD_POINTS : 0;
  const points = (100 - downloads - PACKAGING_POINTS) / runInput.stages.length / parts.length;
  const { header, params, skipFailedAssets } = runInput;
  const { operation } = header;
  let next = before;
  let left = parts.length - before;
  const supply = { ready: () => true, take: () => parts[next++] };
  await mapConcurrent(supply, bounds(control), async (batch) => {
    const step = { job: runOf(runInput), points, signalsStart, operation, params, skipFailedAssets };
    const { name, run, retriesFailuresOf } = stage;
    const where = {
      stage: { name, run, retriesFailuresOf },
      before: runInput.stages[index - 1] ?? null,
      batch,
    };
    // A batch knows its assets; the list of all may be long.
    const ends = batch === null ? chunkEnds(assetQueue.chunks) : [];
    const counts = await retryWhileInfrastructureDown(() => runStage({ ...step, ...where, chunkEnds: ends }));
    left -= 1;
    status.advance(points, counts, left > 0);
  });
  if (left > 0) await continueRun(job, { index, done: parts.length - left });
}

/** What was begun goes before what was not: else all jobs that share a queue would go on by turns, and end together at last. */
const prioritizeStartedJobs = (): { priorityKey: number } => ({
  priorityKey: Math.max(1, (workflowInfo().priority?.priorityKey ?? USUAL_PRIORITY) - 1),
});
