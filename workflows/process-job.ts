/** The story of a job: download ▸ the stages of its operation ▸ package and record ▸ tell the client. */
import {
  ActivityCancellationType,
  type ActivityOptions,
  CancellationScope,
  proxyActivities,
  setHandler,
} from '@temporalio/workflow';
import type { Activities, NotifyStep } from '../activities/steps.ts';
import { type Batch, batchesOf, type JobOrder, type JobStatus, type StagePlan } from '../src/jobs/order.ts';
import { queueOf } from '../src/temporal/attributes.ts';
import { type Control, patiently, sideBySide, takeControl } from './control.ts';
import { closeAs, completed, type Ending, endingOf } from './ending.ts';
import { StatusBoard } from './job-status.ts';
import * as messages from './messages.ts';
import { tellClient } from './tell-client.ts';

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

const { download } = proxyActivities<Activities>({ ...watched, startToCloseTimeout: '12h' });

/** Records are kept trying for as long as the store is away: nothing that was done may be lost. */
const { packageJob } = proxyActivities<Activities>({
  startToCloseTimeout: '10m',
  heartbeatTimeout: '10s',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1m' },
});

/** Points of progress, of 100, for downloads and packaging; the stages share the rest. */
const DOWNLOAD_POINTS = 15;
const PACKAGING_POINTS = 2;

/** Batches of one job that are in flight at once, so that a big job leaves room for others. */
const WIDTH = 4;

export async function processJob(order: JobOrder): Promise<JobStatus> {
  const board = new StatusBoard(order);
  const control = takeControl(board);
  const ending = await control
    .run(() => work(order, board, control))
    .then(
      () => completed,
      (error: unknown) => endingOf(error, control),
    );
  const final = await CancellationScope.nonCancellable(() => finish(order, board, ending, control));
  closeAs(final);
  return final;
}

async function work(order: JobOrder, board: StatusBoard, control: Control): Promise<void> {
  const batches = batchesOf(order.assetsTotal);
  setHandler(messages.begun, (startedAt) => {
    board.began(startedAt);
    if (board.current.state !== 'queued') return;
    if (batches.length > 0) board.enter('downloading');
    else board.enter('processing', { stage: order.stages[0]?.name ?? null });
  });
  board.enter('queued');
  if (batches.length > 0) await downloadAll(order, batches, board, control);
  for (const stage of order.stages) {
    await control.untilResumed();
    const inQueue = stage === order.stages[0] && batches.length === 0;
    if (!inQueue) board.enter('processing', { stage: stage.name });
    await runStage(order, stage, batches, inQueue, board, control);
  }
  await control.untilResumed();
  board.pass('processing');
  board.enter('packaging', { stage: null });
}

async function downloadAll(
  order: JobOrder,
  batches: Batch[],
  board: StatusBoard,
  control: Control,
): Promise<void> {
  const { inputs, skipFailedAssets } = order;
  const points = DOWNLOAD_POINTS / batches.length;
  let left = batches.length;
  await sideBySide(batches, WIDTH, control, async (batch) => {
    const own = 'sealed' in inputs ? inputs : { assets: inputs.assets.slice(batch.from, batch.to) };
    const step = {
      job: runOf(order),
      points,
      announce: batch.index === 0,
      batch,
      inputs: own,
      skipFailedAssets,
    };
    const counts = await patiently(() => download(step));
    board.advance(points, counts, --left > 0);
  });
}

async function runStage(
  order: JobOrder,
  stage: StagePlan,
  batches: Batch[],
  announce: boolean,
  board: StatusBoard,
  control: Control,
): Promise<void> {
  const { runStage } = proxyActivities<Activities>({
    ...watched,
    taskQueue: queueOf(stage.capability),
    startToCloseTimeout: stage.timeoutMs,
  });
  const parts = stage.perAsset ? batches : [null];
  const downloads = batches.length > 0 ? DOWNLOAD_POINTS : 0;
  const points = (100 - downloads - PACKAGING_POINTS) / order.stages.length / parts.length;
  const { header, params, assetsTotal, skipFailedAssets } = order;
  let left = parts.length;
  const { operation } = header;
  await sideBySide(parts, WIDTH, control, async (batch) => {
    const step = {
      job: runOf(order),
      points,
      announce,
      operation,
      params,
      stage: stage.name,
      batch,
      assetsTotal,
    };
    const counts = await patiently(() => runStage({ ...step, skipFailedAssets }));
    board.advance(points, counts, --left > 0);
  });
}

/** Records the end, shows it, and only then tells the client, who may ask at once. */
async function finish(
  order: JobOrder,
  board: StatusBoard,
  ending: Ending,
  control: Control,
): Promise<JobStatus> {
  const completedAt = new Date().toISOString();
  const { header } = order;
  const step = { job: runOf(order), header, status: board.current, ending, completedAt };
  // If the results cannot be listed the job has failed, and that at least is recorded.
  const final = await packageJob(step).catch((error: unknown) =>
    packageJob({ ...step, ending: endingOf(error, control) }),
  );
  board.enter(final.state, final);
  const event = `job.${final.state}` as NotifyStep['event'];
  if (order.callbackEvents.includes(event)) await tellClient(order, event);
  return final;
}

const runOf = ({ header, run, fingerprint }: JobOrder) => ({
  tenant: header.tenant,
  id: header.id,
  run,
  fingerprint,
});
