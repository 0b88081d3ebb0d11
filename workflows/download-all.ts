/** The downloads of a job: batch by batch, as assets come, until all are here. */
import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/types.ts';
import { NET_QUEUE } from '../src/temporal/names.ts';
import { inputsOf } from './asset-queue.ts';
import { goOnLater } from './continue-as-new.ts';
import { patiently, sideBySide } from './control.ts';
import { bounds, DOWNLOAD_POINTS, type Job, runOf, watched } from './job.ts';

const { download } = proxyActivities<Activities>({
  ...watched,
  taskQueue: NET_QUEUE,
  startToCloseTimeout: '12h',
});

export async function downloadAll(job: Job): Promise<void> {
  const { order, board, control, intake } = job;
  let underway = 0;
  const restIfIdle = () => {
    if (intake.open && intake.exhausted && underway === 0) board.enter('waiting');
  };
  void intake.closeWhenQuiet().catch(() => undefined);
  restIfIdle();
  await sideBySide(intake, bounds(control), async (batch) => {
    underway += 1;
    if (board.current.state === 'waiting') board.enter('downloading');
    // While nobody knows how many are to come, nobody knows what part of them this is.
    const all = intake.open ? intake.awaiting?.total : intake.total;
    const points = all ? (DOWNLOAD_POINTS * (batch.to - batch.from)) / all : 0;
    const step = { job: runOf(order), points, announce: batch.index === 0, batch };
    const { skipFailedAssets, refetch } = order;
    const inputs = inputsOf(intake.chunks, batch);
    const counts = await patiently(() => download({ ...step, inputs, skipFailedAssets, refetch }));
    underway -= 1;
    const more = intake.open || !intake.exhausted || underway > 0;
    // The first batch may have been too quick to say that the job is out of the queue.
    if (more && board.current.state === 'queued') board.pass('downloading');
    board.advance(points, counts, more);
    restIfIdle();
  });
  if (intake.open || !intake.exhausted) await goOnLater(job, null);
  intake.checkEnough();
  board.settle(intake.total);
  board.reach(DOWNLOAD_POINTS);
}
