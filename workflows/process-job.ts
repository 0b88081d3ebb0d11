/** The story of a job: wait for assets and download them ▸ the stages of its operation ▸ package and record ▸ tell the client. */
import { CancellationScope, proxyActivities, setHandler } from '@temporalio/workflow';
import type { Activities } from '../activities/types.ts';
import type { JobOrder, JobStatus } from '../src/jobs/model/run-input.ts';
import { Intake } from './asset-queue.ts';
import { Herald } from './callback-notifier.ts';
import type { Bookmark } from './continue-as-new.ts';
import { takeControl } from './control.ts';
import { downloadAll } from './download-all.ts';
import { closeAs, completed, type Ending, endingOf } from './ending.ts';
import type { Job } from './job.ts';
import { StatusBoard } from './job-status.ts';
import * as messages from './messages.ts';
import { runStage } from './run-stage.ts';

/** Records are kept trying for as long as the store is away: nothing that was done may be lost. */
const { packageJob } = proxyActivities<Activities>({
  startToCloseTimeout: '10m',
  heartbeatTimeout: '10s',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1m' },
});

export async function processJob(order: JobOrder, bookmark: Bookmark | null = null): Promise<JobStatus> {
  const board = new StatusBoard(order, bookmark?.published);
  const control = takeControl(board);
  const intake = new Intake(order, board, control, bookmark);
  const job = { order, board, control, intake, bookmark, herald: new Herald(order, board) };
  const ending = await control
    .run(() => work(job))
    .then(
      () => completed,
      (error: unknown) => endingOf(error, control),
    );
  intake.end();
  const final = await CancellationScope.nonCancellable(() => finish(job, ending));
  closeAs(final);
  return final;
}

async function work(job: Job): Promise<void> {
  const { order, board, control, intake, bookmark } = job;
  const [first] = order.stages;
  const hasAssets = intake.open || intake.total > 0;
  setHandler(messages.begun, (startedAt) => {
    board.began(startedAt);
    if (board.current.state !== 'queued') return;
    if (hasAssets) board.enter('downloading');
    else board.enter('processing', { stage: first?.name ?? null });
  });
  if (!bookmark) board.enter('queued');
  if (hasAssets && !bookmark?.stage) await downloadAll(job);
  for (const stage of order.stages.slice(bookmark?.stage?.index)) {
    await control.untilResumed();
    const inQueue = stage === first && !hasAssets;
    if (!inQueue) board.enter('processing', { stage: stage.name });
    await runStage(job, stage, inQueue);
  }
  await control.untilResumed();
  board.pass('processing');
  board.enter('packaging', { stage: null });
}

/** Records the end, shows it, and only then tells the client, who may ask at once. */
async function finish({ order, board, control, intake, herald }: Job, ending: Ending): Promise<JobStatus> {
  const completedAt = new Date().toISOString();
  const whole = { ...order, chunks: intake.chunks, awaiting: intake.lacking };
  const step = { order: whole, ...board.published, ending, completedAt };
  // If the results cannot be listed the job has failed, and that at least is recorded.
  const final = await packageJob(step).catch((error: unknown) =>
    packageJob({ ...step, ending: endingOf(error, control) }),
  );
  board.enter(final.state, final);
  await herald.done();
  return final;
}
