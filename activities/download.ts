/** Fetches one batch of assets into the object store. */
import { Context } from '@temporalio/activity';
import { DarkroomError } from '../src/errors.ts';
import type { AssetInput, SealedInputs } from '../src/jobs/model/run-input.ts';
import { mapConcurrent } from '../src/lib/map-concurrent.ts';
import { type AssetRecord, readBatch, writeBatch } from './asset-record.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { asJobError, fetchAsset } from './fetch-asset.ts';
import { type ActivityRun, withHeartbeat } from './heartbeat.ts';
import type { DownloadInput, DownloadResult } from './types.ts';

/** Assets of a batch that are fetched at once. */
const CONNECTIONS = 4;

export const createDownload =
  (deps: ActivityDependencies) =>
  (step: DownloadInput): Promise<DownloadResult> =>
    withHeartbeat(step.announce, async (activity) => {
      const { job, batch, inputs } = step;
      const earlier = await readBatch(deps.store, job, batch, activity.signal);
      const finished = earlier && !(step.refetch && earlier.some(({ error }) => error !== null));
      if (finished) return { ...countsOf(earlier), bytes: bytesOf(earlier), startedAt: activity.startedAt };
      const assets = 'sealed' in inputs ? await unsealed(deps, step, inputs, activity.signal) : inputs.assets;
      const records = await fetchAll(deps, step, assets, earlier ?? [], activity);
      await writeBatch(deps.store, job, batch, records, activity.signal);
      return { ...countsOf(records), bytes: bytesOf(records), startedAt: activity.startedAt };
    });

async function unsealed(
  { archive }: ActivityDependencies,
  { job, batch }: DownloadInput,
  inputs: SealedInputs & { readonly offset: number },
  signal: AbortSignal,
): Promise<readonly AssetInput[]> {
  const { assets } = await archive.unseal(job, inputs, signal);
  return assets.slice(inputs.offset, inputs.offset + batch.to - batch.from);
}

const countsOf = (records: readonly AssetRecord[]): Pick<DownloadResult, 'downloaded' | 'failed'> => {
  const failed = records.filter(({ error }) => error !== null).length;
  return { downloaded: records.length - failed, failed };
};

const bytesOf = (records: readonly AssetRecord[]): number => sum(records.map(({ size }) => size ?? 0));

/** A few at a time; the first failure stops the others, unless failed assets are skipped. */
async function fetchAll(
  deps: ActivityDependencies,
  step: DownloadInput,
  assets: readonly AssetInput[],
  earlier: readonly AssetRecord[],
  activity: ActivityRun,
): Promise<AssetRecord[]> {
  const known = [...earlier, ...doneBefore(assets, step.batch.from)].filter(({ error }) => error === null);
  const done = new Map(known.map((record) => [record.index, record]));
  const parts = new Map<number, number>();
  const report = () => {
    const fraction = (done.size + sum(parts.values())) / assets.length;
    activity.report({
      points: step.points * fraction,
      ...countsOf([...done.values()]),
      done: [...done.values()].map(withoutAttributes),
    });
  };
  const fetchOne = async (asset: AssetInput, index: number, signal: AbortSignal): Promise<void> => {
    const onBytes = (received: number, total: number | null) => {
      parts.set(index, total ? received / total : 0);
      report();
    };
    const fetched = deps.downloadSlots.run(signal, () =>
      fetchAsset(deps, asset, { job: step.job, index, signal, onBytes }),
    );
    const record = await fetched.catch((error: unknown) => {
      if (!step.skipFailedAssets || !maySkip(error, activity)) throw error;
      return failedRecord(asset, index, error);
    });
    done.set(index, record);
    parts.delete(index);
    report();
  };
  // What was done before stands in the heartbeat from the beginning, or the next attempt would not know of it.
  report();
  const queue = assets
    .map((asset, offset) => ({ asset, index: step.batch.from + offset }))
    .filter(({ index }) => !done.has(index));
  await mapConcurrent(
    queue,
    { concurrency: CONNECTIONS, signal: activity.signal },
    ({ asset, index }, signal) => fetchOne(asset, index, signal),
  );
  return [...done.values()].sort((a, b) => a.index - b.index);
}

/** What an earlier attempt of this step had fetched, before its worker died or it failed. */
function doneBefore(assets: readonly AssetInput[], from: number): AssetRecord[] {
  const details = Context.current().info.heartbeatDetails as { done?: AssetRecord[] } | undefined;
  return (details?.done ?? []).map((record) => ({
    ...record,
    attributes: assets[record.index - from]?.attributes ?? {},
  }));
}

/** Heartbeats are shown in Temporal and limited in size; attributes are the client's own business, and known. */
const withoutAttributes = (record: AssetRecord): Omit<AssetRecord, 'attributes'> => {
  const { attributes: _, ...rest } = record;
  return rest;
};

/** The asset is at fault, and waiting will not help. */
const maySkip = (error: unknown, activity: ActivityRun): error is DarkroomError =>
  error instanceof DarkroomError && error.kind === 'asset' && (!error.retryable || activity.lastAttempt);

function failedRecord(asset: AssetInput, index: number, error: DarkroomError): AssetRecord {
  const name = String(error.details?.['asset'] ?? asset.name ?? index);
  return {
    index,
    name,
    attributes: asset.attributes ?? {},
    location: null,
    size: null,
    sha256: null,
    error: asJobError(error),
  };
}

const sum = (numbers: Iterable<number>): number => [...numbers].reduce((total, number) => total + number, 0);
