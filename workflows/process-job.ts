/** The story of a job: wait for assets and download them ▸ the stages of its operation ▸ package and record ▸ tell the client. */
import {
  ActivityCancellationType,
  type ActivityOptions,
  CancellationScope,
  proxyActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../activities/steps.ts';
import { type Batch, chunkEnds } from '../src/jobs/batch.ts';
import type { JobOrder, JobStatus, StageOrder } from '../src/jobs/order.ts';
import { NET_QUEUE, queueOf } from '../src/temporal/attributes.ts';
import { type Control, patiently, sideBySide, takeControl } from './control.ts';
import { closeAs, completed, type Ending, endingOf } from './ending.ts';
import { Herald } from './herald.ts';
import { Intake, inputsOf } from './intake.ts';
import { StatusBoard } from './job-status.ts';
import { type Bookmark, goOnLater, isHistoryLong } from './long-history.ts';
import * as messages from './messages.ts';

/** Work in progress is known to be alive by its heartbeat, and is cancelled through it. */
const watched: ActivityOptions = {
  heartbeatTimeout: '10s',
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry: {
    initialInterval: '1s',
    backoffCoefficient: 2,
    maximumInterval: '1m',
    maximumAttempts: 20,
    nonRetryableErrorTypes: ['TemporalTimeout:StartToClose'],
  },
};

const { download } = proxyActivities<Activities>({
  ...watched,
  taskQueue: NET_QUEUE,
  startToCloseTimeout: '12h',
});

/** Records are kept trying for as long as the store is away: nothing that was done may be lost. */
const { packageJob } = proxyActivities<Activities>({
  startToCloseTimeout: '10m',
  heartbeatTimeout: '10s',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1m' },
});

/** Points of progress, of 100, for downloads and packaging; the stages share the rest. */
const DOWNLOAD_POINTS = 15;
const PACKAGING_POINTS = 2;

/** Temporal's own default: of 1 to 5, the middle. */
const USUAL_PRIORITY = 3;

/** Batches of one job that are in flight at once, so that a big job leaves room for others. */
const WIDTH = 4;

interface Job {
  readonly order: JobOrder;
  readonly board: StatusBoard;
  readonly control: Control;
  readonly intake: Intake;
  readonly herald: Herald;
  /** Where an earlier execution of this run left off, its history having become long. */
  readonly bookmark: Bookmark | null;
}

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

async function downloadAll(job: Job): Promise<void> {
  const { order, board, control, intake } = job;
  let underway = 0;
  const restIfIdle = () => {
    if (intake.open && intake.exhausted && underway === 0) board.enter('waiting');
  };
  void intake.closeWhenQuiet().catch(() => undefined);
  restIfIdle();
  await sideBySide(intake, inLanes(control), async (batch) => {
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

async function runStage(job: Job, stage: StageOrder, announce: boolean): Promise<void> {
  const { order, board, control, intake, bookmark } = job;
  const { runStage } = proxyActivities<Activities>({
    ...watched,
    taskQueue: queueOf(stage.capability),
    startToCloseTimeout: stage.timeoutMs,
    ...(stage === order.stages[0] ? {} : { priority: begunFirst() }),
  });
  const parts: readonly (Batch | null)[] = stage.perAsset ? intake.batches : [null];
  const index = order.stages.indexOf(stage);
  const before = bookmark?.stage?.index === index ? bookmark.stage.done : 0;
  const downloads = parts.length > 0 && intake.total > 0 ? DOWNLOAD_POINTS : 0;
  const points = (100 - downloads - PACKAGING_POINTS) / order.stages.length / parts.length;
  const { header, params, skipFailedAssets } = order;
  const { operation } = header;
  let next = before;
  let left = parts.length - before;
  const supply = { ready: () => true, take: () => parts[next++] };
  await sideBySide(supply, inLanes(control), async (batch) => {
    const step = { job: runOf(order), points, announce, operation, params, skipFailedAssets };
    const { name, run, mends } = stage;
    const where = { stage: { name, run, mends }, before: order.stages[index - 1] ?? null, batch };
    // A batch knows its assets; the list of all may be long.
    const ends = batch === null ? chunkEnds(intake.chunks) : [];
    const counts = await patiently(() => runStage({ ...step, ...where, chunkEnds: ends }));
    left -= 1;
    board.advance(points, counts, left > 0);
  });
  if (left > 0) await goOnLater(job, { index, done: parts.length - left });
}

/** What was begun goes before what was not: else all jobs that share a queue would go on by turns, and end together at last. */
const begunFirst = (): { priorityKey: number } => ({
  priorityKey: Math.max(1, (workflowInfo().priority?.priorityKey ?? USUAL_PRIORITY) - 1),
});

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

/** A history that has become long ends an execution, as the end of the work does. */
const inLanes = (control: Control) => ({ width: WIDTH, control, enough: isHistoryLong });

const runOf = ({ header, run, fingerprint }: JobOrder) => ({
  tenant: header.tenant,
  id: header.id,
  run,
  fingerprint,
});
