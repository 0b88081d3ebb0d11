/** Downloads one batch of assets into the object store. */
import { DarkroomError } from '../src/errors.ts';
import type { AssetInput, SealedInputs } from '../src/jobs/model/run-input.ts';
import type { AssetDownload } from '../src/jobs/ports/run-files.ts';
import { mapConcurrent } from '../src/lib/map-concurrent.ts';
import type { ActivityRun } from './activity-run.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { DownloadQueue } from './download-queue.ts';
import { fetchAsset } from './fetch-asset.ts';
import { toJobError } from './job-error.ts';
import type { DownloadInput, DownloadResult } from './types.ts';

/** Assets of a batch that are downloaded concurrently. */
const DOWNLOAD_CONCURRENCY = 4;

export async function download(
  deps: ActivityDependencies,
  input: DownloadInput,
  activity: ActivityRun,
): Promise<DownloadResult> {
  const { job, batch, inputs } = input;
  const { signal, startedAt } = activity;
  const previous = await deps.assets.readBatch(job, batch, signal);
  const isComplete = previous && !(input.refetch && previous.some(({ error }) => error !== null));
  if (isComplete) return { ...count(previous), startedAt };
  const assets = 'sealed' in inputs ? await unseal(deps, input, inputs, signal) : inputs.assets;
  const downloads = await downloadAll(deps, input, assets, previous ?? [], activity);
  await deps.assets.writeBatch(job, batch, downloads, signal);
  return { ...count(downloads), startedAt };
}

async function unseal(
  { archive }: ActivityDependencies,
  { job, batch }: DownloadInput,
  inputs: SealedInputs & { readonly offset: number },
  signal: AbortSignal,
): Promise<readonly AssetInput[]> {
  const { assets } = await archive.unseal(job, inputs, signal);
  return assets.slice(inputs.offset, inputs.offset + batch.to - batch.from);
}

function count(downloads: readonly AssetDownload[]): Omit<DownloadResult, 'startedAt'> {
  const failed = downloads.filter(({ error }) => error !== null).length;
  return {
    downloaded: downloads.length - failed,
    failed,
    bytes: sum(downloads.map(({ size }) => size ?? 0)),
  };
}

/** Downloads what is not done yet. The first failure stops the others, unless failed assets are skipped. */
async function downloadAll(
  deps: ActivityDependencies,
  input: DownloadInput,
  assets: readonly AssetInput[],
  previous: readonly AssetDownload[],
  activity: ActivityRun,
): Promise<AssetDownload[]> {
  const known = [...previous, ...doneByEarlierAttempt(activity, assets, input.batch.from)];
  const done = new Map(known.filter(({ error }) => error === null).map((one) => [one.index, one]));
  /** Fractions of the downloads in progress. */
  const fractions = new Map<number, number>();
  const report = () => {
    const fraction = (done.size + sum(fractions.values())) / assets.length;
    const { downloaded, failed } = count([...done.values()]);
    const points = input.points * fraction;
    activity.report({ points, downloaded, failed, done: [...done.values()].map(withoutAttributes) });
  };
  const downloadQueue = new DownloadQueue({
    slots: deps.downloadSlots,
    tenant: input.job.tenant,
    maxWaitMs: deps.downloadWaitMs,
  });
  const downloadOne = async (asset: AssetInput, index: number, signal: AbortSignal): Promise<void> => {
    const onBytes = (received: number, total: number | null) => {
      fractions.set(index, total ? received / total : 0);
      report();
    };
    const fetched = downloadQueue.run(asset, signal, () =>
      fetchAsset(deps, asset, { job: input.job, index, signal, onBytes }),
    );
    const download = await fetched.catch((error: unknown) => {
      if (!input.skipFailedAssets || !isSkippable(error, activity)) throw error;
      activity.record({ level: 'warning', type: 'asset', code: error.code, message: error.message });
      return failedDownload(asset, index, error);
    });
    done.set(index, download);
    fractions.delete(index);
    report();
  };
  // Without a report before the first download, a failure now would lose what earlier attempts have done.
  report();
  const queue = assets
    .map((asset, offset) => ({ asset, index: input.batch.from + offset }))
    .filter(({ index }) => !done.has(index));
  await mapConcurrent(
    queue,
    { concurrency: DOWNLOAD_CONCURRENCY, signal: activity.signal },
    ({ asset, index }, signal) => downloadOne(asset, index, signal),
  ).finally(() => downloadQueue.close());
  return [...done.values()].sort((a, b) => a.index - b.index);
}

/** Downloads of an earlier attempt, which failed or whose worker died. */
function doneByEarlierAttempt(
  { earlier }: ActivityRun,
  assets: readonly AssetInput[],
  from: number,
): AssetDownload[] {
  return ((earlier?.done ?? []) as AssetDownload[]).map((download) => ({
    ...download,
    attributes: assets[download.index - from]?.attributes ?? {},
  }));
}

/** Heartbeats are visible in Temporal and limited in size, so they leave out the client's attributes. */
const withoutAttributes = (download: AssetDownload): Omit<AssetDownload, 'attributes'> => {
  const { attributes: _, ...rest } = download;
  return rest;
};

/** Returns true if the error is permanent and caused by the asset. */
const isSkippable = (error: unknown, activity: ActivityRun): error is DarkroomError =>
  error instanceof DarkroomError && error.kind === 'asset' && (!error.retryable || activity.lastAttempt);

const failedDownload = (asset: AssetInput, index: number, error: DarkroomError): AssetDownload => ({
  index,
  name: String(error.details?.['asset'] ?? asset.name ?? index),
  attributes: asset.attributes ?? {},
  location: null,
  size: null,
  sha256: null,
  error: toJobError(error),
});

const sum = (numbers: Iterable<number>): number => [...numbers].reduce((total, number) => total + number, 0);
