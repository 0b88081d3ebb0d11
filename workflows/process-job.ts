/** The story of a job: download its assets as they arrive ▸ run its steps ▸ record the result ▸ notify the client. */
import { CancellationScope, workflowInfo } from '@temporalio/workflow';
import type { JobStatus, RunInput } from '../src/jobs/model/run-input.ts';
import { MAIN_QUEUE } from '../src/temporal/names.ts';
import { downloadAssets } from './download-assets.ts';
import { closeWorkflowAs, completed, type Ending, toEnding } from './ending.ts';
import { type ContinueAsNewState, createJobContext, type JobContext, labelStage } from './job-context.ts';
import * as messages from './messages.ts';
import { runActivity } from './run-activity.ts';
import { runPipeline } from './run-pipeline.ts';

/** Runs one job. Ends in Temporal as the job ends: completed with its status, failed, or cancelled. */
export async function processJob(
  runInput: RunInput,
  resumeFrom: ContinueAsNewState | null = null,
): Promise<JobStatus> {
  const job = createJobContext(runInput, resumeFrom);
  const ending = await job.control
    .runCancellable(() => doWork(job))
    .catch((error: unknown) => toEnding(error, job.control));
  job.assetQueue.rejectMore();
  const final = await CancellationScope.nonCancellable(() => recordEnd(job, ending));
  closeWorkflowAs(final);
  return final;
}

async function doWork(job: JobContext): Promise<Ending> {
  const { runInput, status, control, assetQueue, resumeFrom } = job;
  const [first] = runInput.steps;
  const hasAssets = assetQueue.isOpen || assetQueue.total > 0;
  messages.onSignal(messages.started, (startedAt) => {
    status.recordStart(startedAt);
    if (status.current.state !== 'queued') return;
    if (hasAssets) status.transitionTo('downloading');
    else
      status.transitionTo('processing', {
        stage: first ? labelStage(runInput, first, first.stages[0]?.name ?? '') : null,
      });
  });

  if (!resumeFrom) status.recordTransition('queued');
  if (hasAssets && !resumeFrom?.positions) await downloadAssets(job);
  const error = await runPipeline(job);
  if (error) return { state: 'failed', error };
  await control.untilResumed();
  // A quick job may still be queued. Its states come in order all the same.
  status.recordTransition('processing');
  status.recordTransition('packaging', { stage: null });
  return completed;
}

/** Records the end, publishes it, and then notifies the client, who may ask for the result at once. */
async function recordEnd(job: JobContext, ending: Ending): Promise<JobStatus> {
  const { runInput, status, control, assetQueue, notifier } = job;
  const input = {
    runInput: { ...runInput, chunks: assetQueue.chunks, awaiting: assetQueue.unmetAwaiting },
    ...status.published,
    completedAt: new Date().toISOString(),
    executionId: workflowInfo().runId,
  };
  // When the results cannot be listed, the job has failed, and that is recorded.
  const { heartbeatMs } = runInput.tuning;
  const activity = { title: 'packaging', taskQueue: MAIN_QUEUE, heartbeatMs, isShort: true };
  const packageAs = (ending: Ending) =>
    runActivity(job, activity, ({ packageJob }, earlier) => packageJob({ ...input, ending, ...earlier }));
  const final = await packageAs(ending).catch((error: unknown) => packageAs(toEnding(error, control)));
  // The end was recorded, and the job was cancelled before Temporal knew it.
  if (final.state === 'completed' && ending.state !== 'completed')
    for (const state of ['processing', 'packaging'] as const) status.recordTransition(state);
  status.transitionTo(final.state, final);
  await notifier.flush();
  return final;
}
