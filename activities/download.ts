/** Fetches one batch of assets into the object store. */
import { Context } from '@temporalio/activity';
import { DarkroomError } from '../src/errors.ts';
import type { AssetOrder, SealedInputs } from '../src/jobs/model/run-input.ts';
import { inLanes } from '../src/lib/map-concurrent.ts';
import { type AssetRecord, readBatch, writeBatch } from './asset-record.ts';
import type { ActivityDeps } from './dependencies.ts';
import { asJobError, fetchAsset } from './fetch-asset.ts';
import { type Pulse, pulsing } from './heartbeat.ts';
import type { DownloadResult, DownloadStep } from './types.ts';

/** Assets of a batch that are fetched at once. */
const CONNECTIONS = 4;

export const createDownload =
  (deps: ActivityDeps) =>
  (step: DownloadStep): Promise<DownloadResult> =>
    pulsing(step.announce, async (pulse) => {
      const { job, batch, inputs } = step;
      const earlier = await readBatch(deps.store, job, batch, pulse.signal);
      const finished = earlier && !(step.refetch && earlier.some(({ error }) => error !== null));
      if (finished) return { ...countsOf(earlier), bytes: bytesOf(earlier), startedAt: pulse.startedAt };
      const assets = 'sealed' in inputs ? await unsealed(deps, step, inputs, pulse.signal) : inputs.assets;
      const records = await fetchAll(deps, step, assets, earlier ?? [], pulse);
      await writeBatch(deps.store, job, batch, records, pulse.signal);
      return { ...countsOf(records), bytes: bytesOf(records), startedAt: pulse.startedAt };
    });

async function unsealed(
  { archive }: ActivityDeps,
  { job, batch }: DownloadStep,
  inputs: SealedInputs & { readonly offset: number },
  signal: AbortSignal,
): Promise<readonly AssetOrder[]> {
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
  deps: ActivityDeps,
  step: DownloadStep,
  assets: readonly AssetOrder[],
  earlier: readonly AssetRecord[],
  pulse: Pulse,
): Promise<AssetRecord[]> {
  const known = [...earlier, ...doneBefore(assets, step.batch.from)].filter(({ error }) => error === null);
  const done = new Map(known.map((record) => [record.index, record]));
  const parts = new Map<number, number>();
  const report = () => {
    const fraction = (done.size + sum(parts.values())) / assets.length;
    pulse.report({
      points: step.points * fraction,
      ...countsOf([...done.values()]),
      done: [...done.values()].map(withoutAttributes),
    });
  };
  const fetchOne = async (asset: AssetOrder, index: number, signal: AbortSignal): Promise<void> => {
    const onBytes = (received: number, total: number | null) => {
      parts.set(index, total ? received / total : 0);
      report();
    };
    const fetched = deps.downloads.take(signal, () =>
      fetchAsset(deps, asset, { job: step.job, index, signal, onBytes }),
    );
    const record = await fetched.catch((error: unknown) => {
      if (!step.skipFailedAssets || !maySkip(error, pulse)) throw error;
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
  await inLanes(queue, { width: CONNECTIONS, signal: pulse.signal }, ({ asset, index }, signal) =>
    fetchOne(asset, index, signal),
  );
  return [...done.values()].sort((a, b) => a.index - b.index);
}

/** What an earlier attempt of this step had fetched, before its worker died or it failed. */
function doneBefore(assets: readonly AssetOrder[], from: number): AssetRecord[] {
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
const maySkip = (error: unknown, pulse: Pulse): error is DarkroomError =>
  error instanceof DarkroomError &&
  error.code.startsWith('asset_') &&
  (!error.retryable || pulse.lastAttempt);

function failedRecord(asset: AssetOrder, index: number, error: DarkroomError): AssetRecord {
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
