/** The downloads of a job: batch by batch, as assets come, until all are here. */
import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/types.ts';
import { NET_QUEUE } from '../src/temporal/names.ts';
import { inputsOf } from './asset-queue.ts';
import { continueRun } from './continue-as-new.ts';
import { mapConcurrent, retryWhileInfrastructureDown } from './control.ts';
import { bounds, DOWNLOAD_POINTS, type Job, runOf, watched } from './job.ts';

const { download } = proxyActivities<Activities>({
  ...watched,
  taskQueue: NET_QUEUE,
  startToCloseTimeout: '12h',
});

export async function downloadAll(job: Job): Promise<void> {
  const { runInput, status, control, assetQueue } = job;
  let underway = 0;
  const restIfIdle = () => {
    if (assetQueue.open && assetQueue.exhausted && underway === 0) status.enter('waiting');
  };
  void assetQueue.closeWhenQuiet().catch(() => undefined);
  restIfIdle();
  await mapConcurrent(assetQueue, bounds(control), async (batch) => {
    underway += 1;
    if (status.current.state === 'waiting') status.enter('downloading');
    // While nobody knows how many are to come, nobody knows what part of them this is.
    const all = assetQueue.open ? assetQueue.awaiting?.total : assetQueue.total;
    const points = all ? (DOWNLOAD_POINTS * (batch.to - batch.from)) / all : 0;
    const step = { job: runOf(runInput), points, signalsStart: batch.index === 0, batch };
    const { skipFailedAssets, refetch } = runInput;
    const inputs = inputsOf(assetQueue.chunks, batch);
    const counts = await retryWhileInfrastructureDown(() =>
      download({ ...step, inputs, skipFailedAssets, refetch }),
    );
    underway -= 1;
    const more = assetQueue.open || !assetQueue.exhausted || underway > 0;
    // The first batch may have been too quick to say that the job is out of the queue.
    if (more && status.current.state === 'queued') status.pass('downloading');
    status.advance(points, counts, more);
    restIfIdle();
  });
  if (assetQueue.open || !assetQueue.exhausted) await continueRun(job, null);
  assetQueue.checkEnough();
  status.settle(assetQueue.total);
  status.reach(DOWNLOAD_POINTS);
}
