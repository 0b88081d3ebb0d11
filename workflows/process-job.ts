/** The story of a job: wait for assets and download them ▸ the stages of its operation ▸ package and record ▸ tell the client. */
import { CancellationScope, proxyActivities, setHandler } from '@temporalio/workflow';
import type { Activities } from '../activities/types.ts';
import type { JobStatus, RunInput } from '../src/jobs/model/run-input.ts';
import { AssetQueue } from './asset-queue.ts';
import { CallbackNotifier } from './callback-notifier.ts';
import type { ContinueAsNewState } from './continue-as-new.ts';
import { takeControl } from './control.ts';
import { downloadAll } from './download-all.ts';
import { closeAs, completed, type Ending, endingOf } from './ending.ts';
import type { Job } from './job.ts';
import { JobStatusPublisher } from './job-status.ts';
import * as messages from './messages.ts';
import { runStage } from './run-stage.ts';

/** Records are kept trying for as long as the store is away: nothing that was done may be lost. */
const { packageJob } = proxyActivities<Activities>({
  startToCloseTimeout: '10m',
  heartbeatTimeout: '10s',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1m' },
});

export async function processJob(
  runInput: RunInput,
  resumeFrom: ContinueAsNewState | null = null,
): Promise<JobStatus> {
  const status = new JobStatusPublisher(runInput, resumeFrom?.published);
  const control = takeControl(status);
  const assetQueue = new AssetQueue(runInput, status, control, resumeFrom);
  const job = {
    runInput,
    status,
    control,
    assetQueue,
    resumeFrom,
    notifier: new CallbackNotifier(runInput, status),
  };
  const ending = await control
    .run(() => work(job))
    .then(
      () => completed,
      (error: unknown) => endingOf(error, control),
    );
  assetQueue.end();
  const final = await CancellationScope.nonCancellable(() => finish(job, ending));
  closeAs(final);
  return final;
}

async function work(job: Job): Promise<void> {
  const { runInput, status, control, assetQueue, resumeFrom } = job;
  const [first] = runInput.stages;
  const hasAssets = assetQueue.open || assetQueue.total > 0;
  setHandler(messages.begun, (startedAt) => {
    status.began(startedAt);
    if (status.current.state !== 'queued') return;
    if (hasAssets) status.enter('downloading');
    else status.enter('processing', { stage: first?.name ?? null });
  });
  if (!resumeFrom) status.enter('queued');
  if (hasAssets && !resumeFrom?.stage) await downloadAll(job);
  for (const stage of runInput.stages.slice(resumeFrom?.stage?.index)) {
    await control.untilResumed();
    const inQueue = stage === first && !hasAssets;
    if (!inQueue) status.enter('processing', { stage: stage.name });
    await runStage(job, stage, inQueue);
  }
  await control.untilResumed();
  status.pass('processing');
  status.enter('packaging', { stage: null });
}

/** Records the end, shows it, and only then tells the client, who may ask at once. */
async function finish(
  { runInput, status, control, assetQueue, notifier }: Job,
  ending: Ending,
): Promise<JobStatus> {
  const completedAt = new Date().toISOString();
  const whole = { ...runInput, chunks: assetQueue.chunks, awaiting: assetQueue.lacking };
  const step = { runInput: whole, ...status.published, ending, completedAt };
  // If the results cannot be listed the job has failed, and that at least is recorded.
  const final = await packageJob(step).catch((error: unknown) =>
    packageJob({ ...step, ending: endingOf(error, control) }),
  );
  status.enter(final.state, final);
  await notifier.done();
  return final;
}
