/** Lists what a job produced, and writes the record that outlives Temporal. */
import { Context } from '@temporalio/activity';
import mime from 'mime';
import { errorCatalogue } from '../src/errors.ts';
import { batchesOf, type ChunkEnds, chunkEnds } from '../src/jobs/model/batch.ts';
import { computeExpiry } from '../src/jobs/model/expiry.ts';
import type { AssetOutcome, JobError } from '../src/jobs/model/job.ts';
import { type JobStatus, noUsage, type RunInput } from '../src/jobs/model/run-input.ts';
import { extended } from '../src/jobs/model/timeline.ts';
import { mapConcurrent } from '../src/lib/map-concurrent.ts';
import type { StoredManifest } from '../src/storage/archive.ts';
import { readBatches } from './asset-record.ts';
import { type Checkpoint, partsOf, readCheckpoint } from './checkpoint.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { withHeartbeat } from './heartbeat.ts';
import { countEnd } from './metrics.ts';
import { Names } from './outputs.ts';
import type { PackageInput, RunRef } from './types.ts';

/** Checkpoints that are read from the store at once. */
const READS = 16;

/** Gives back the status that the job ends with. */
export const createPackageJob =
  (deps: ActivityDependencies) =>
  (step: PackageInput): Promise<JobStatus> =>
    withHeartbeat(false, async ({ signal }) => {
      const { runInput, status, timeline, completedAt } = step;
      const { header, run, fingerprint } = runInput;
      const manifest = step.ending.state === 'completed' ? await listResults(deps, runInput, signal) : null;
      const ending = manifest && nothingUsable(manifest) ? allFailed(manifest) : step.ending;
      if (manifest) await deps.archive.putManifest(header, manifest);
      const final: JobStatus = {
        ...status,
        state: ending.state,
        error: ending.error,
        stage: null,
        paused: false,
        progress: ending.state === 'completed' ? 100 : Math.floor(status.progress * 10) / 10,
        completed_at: completedAt,
        expires_at: computeExpiry(completedAt, runInput.retention),
        assets: manifest ? countsOf(manifest.assets, status) : withCulprit(status.assets, ending.error),
        usage: {
          ...(status.usage ?? noUsage),
          bytes_out: (manifest?.files ?? []).reduce((sum, { size }) => sum + size, 0),
        },
        result:
          manifest && ending.state === 'completed'
            ? { kind: manifest.kind, files: manifest.files.length, run }
            : runInput.result,
      };
      if (final.error)
        Context.current().log.info('The job did not complete', { job: header.id, ...final.error });
      const moments = extended(timeline, final, completedAt);
      const job = { ...header, ...final };
      await deps.archive.end({ job, fingerprint, timeline: moments, runInput });
      countEnd(job, (Date.parse(completedAt) - Date.parse(runInput.requestedAt)) / 1000);
      // Deleted by force while this ran: what was written after the erasure is erased, too.
      if (await deps.archive.isDeleted(header)) await deps.archive.erase(header);
      return final;
    });

async function listResults(
  deps: ActivityDependencies,
  runInput: RunInput,
  signal: AbortSignal,
): Promise<StoredManifest> {
  const { header, run, fingerprint, chunks } = runInput;
  const ends = chunkEnds(chunks);
  const job = { tenant: header.tenant, id: header.id, run, fingerprint };
  const operation = deps.operation(header.operation);
  if (!operation) throw new Error(`This worker does not know ${header.operation}`);
  const checkpoints: Checkpoint[] = [];
  for (const stage of runInput.stages) {
    const found = await mapConcurrent(
      partsOf(stage, ends),
      { concurrency: READS, signal },
      async (part, stop) => {
        const checkpoint = await readCheckpoint(deps.store, job, stage, part, stop);
        if (!checkpoint) throw new Error(`Stage ${stage.name} has no checkpoint`);
        return checkpoint;
      },
    );
    checkpoints.push(...found);
  }
  const failures = new Map(
    checkpoints.flatMap(({ failures }) => failures.map(({ index, error }) => [index, error])),
  );
  const { data } = checkpoints.findLast((checkpoint) => checkpoint.data !== undefined) ?? {};
  return {
    id: header.id,
    operation: header.operation,
    run,
    kind: data === undefined ? 'files' : 'json',
    data: data ?? null,
    files: listFiles(checkpoints),
    assets: await listAssets(deps, job, ends, failures, signal),
    engine: operation.engine,
  };
}

/** In the order of the assets; names that were chosen twice are numbered, within a batch as it was numbered there. */
function listFiles(checkpoints: readonly Checkpoint[]): StoredManifest['files'] {
  const names = new Names();
  return checkpoints.flatMap(({ outputs }) =>
    outputs.map(({ path: wanted, key, size, sha256, asset }) => {
      const path = names.claim(wanted);
      const media_type = mime.getType(path) ?? 'application/octet-stream';
      return { path, size, sha256, media_type, asset, key };
    }),
  );
}

async function listAssets(
  { store }: ActivityDependencies,
  job: RunRef,
  ends: ChunkEnds,
  failures: ReadonlyMap<number, JobError>,
  signal: AbortSignal,
): Promise<AssetOutcome[]> {
  const records = await readBatches(store, job, batchesOf(ends), signal);
  return records.map(({ index, name, size, sha256, error: fetchError }) => {
    const error = fetchError ?? failures.get(index) ?? null;
    return { index, name, status: error ? 'failed' : 'ok', size, sha256, error };
  });
}

const countsOf = (
  assets: readonly AssetOutcome[],
  { assets: { total, downloaded } }: JobStatus,
): JobStatus['assets'] => ({
  total,
  downloaded,
  failed: assets.filter(({ status }) => status === 'failed').length,
});

/** The asset that failed the job was counted by nobody: its step gave back nothing. */
const withCulprit = (counts: JobStatus['assets'], error: JobError | null): JobStatus['assets'] =>
  error?.details?.['asset'] === undefined ? counts : { ...counts, failed: counts.failed + 1 };

const nothingUsable = ({ assets }: StoredManifest): boolean =>
  assets.length > 0 && assets.every(({ status }) => status === 'failed');

function allFailed({ assets }: StoredManifest): { state: 'failed'; error: JobError } {
  const [first] = assets;
  const message = `None of the ${assets.length} assets could be used; the first: ${first?.error?.message ?? ''}`;
  const details = {
    assets: assets.slice(0, 20).map(({ index, name, error }) => ({ index, asset: name, code: error?.code })),
  };
  return {
    state: 'failed',
    error: {
      code: 'all_assets_failed',
      message,
      retryable: errorCatalogue.all_assets_failed.retryable,
      details,
    },
  };
}
