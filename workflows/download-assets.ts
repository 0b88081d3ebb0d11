/** Downloads the assets of a job, batch by batch, as they arrive. */
import { toRunRef } from '../src/jobs/model/run-input.ts';
import { DOWNLOAD_QUEUE } from '../src/temporal/names.ts';
import { selectBatchInputs } from './asset-queue.ts';
import { continueRun } from './continue-as-new.ts';
import { DOWNLOAD_POINTS, type JobContext } from './job-context.ts';
import { mapConcurrent } from './map-concurrent.ts';
import { runActivity } from './run-activity.ts';
import { summarizeActivity } from './summaries.ts';

/** Returns when all assets are downloaded and no more can come. */
export async function downloadAssets(job: JobContext): Promise<void> {
  const { runInput, status, assetQueue } = job;
  const { skipFailedAssets, refetch, tuning } = runInput;
  let running = 0;
  const waitIfIdle = () => {
    if (assetQueue.isOpen && assetQueue.isEmpty && running === 0) status.transitionTo('waiting');
  };
  void assetQueue.closeWhenQuiet().catch(() => undefined);
  waitIfIdle();
  await mapConcurrent(job, assetQueue, async (batch) => {
    running += 1;
    if (status.current.state === 'waiting') status.transitionTo('downloading');
    // A batch has no share of the progress while the number of assets is unknown.
    const total = assetQueue.isOpen ? assetQueue.awaiting?.total : assetQueue.total;
    const points = total ? (DOWNLOAD_POINTS * (batch.to - batch.from)) / total : 0;
    const input = {
      job: toRunRef(runInput),
      points,
      signalsStart: batch.index === 0,
      batch,
      inputs: selectBatchInputs(assetQueue.chunks, batch),
      skipFailedAssets,
      refetch,
    };
    const activity = {
      title: summarizeActivity('download', batch),
      taskQueue: DOWNLOAD_QUEUE,
      heartbeatMs: tuning.heartbeatMs,
      isShort: !assetQueue.isOpen,
    };
    const result = await runActivity(job, activity, ({ download }, earlier) =>
      download({ ...input, ...earlier }),
    );
    running -= 1;
    const more = assetQueue.isOpen || !assetQueue.isEmpty || running > 0;
    // The first batch may have been too quick to signal that the job has left the queue.
    if (more && status.current.state === 'queued') status.recordTransition('downloading');
    status.addProgress(points, result, more);
    waitIfIdle();
  });
  if (!assetQueue.isOpen) assetQueue.assertEnoughAssets();
  if (assetQueue.isOpen || !assetQueue.isEmpty) await continueRun(job, null);
  status.setAssetTotal(assetQueue.total);
  status.raiseProgress(DOWNLOAD_POINTS);
}
