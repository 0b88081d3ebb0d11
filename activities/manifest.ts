/** Builds the manifest of a run from the checkpoints of its stages. */
import mime from 'mime';
import { type BatchLayout, chunkEnds, splitIntoBatches } from '../src/jobs/model/batch.ts';
import type { Checkpoint } from '../src/jobs/model/checkpoint.ts';
import type { AssetOutcome, JobError } from '../src/jobs/model/job.ts';
import type { RunInput, RunRef, StageInput } from '../src/jobs/model/run-input.ts';
import type { StoredManifest } from '../src/jobs/ports/job-archive.ts';
import { mapConcurrent } from '../src/lib/map-concurrent.ts';
import { UniqueNames } from '../src/lib/unique-names.ts';
import { splitParts } from './checkpoint.ts';
import type { ActivityDependencies } from './dependencies.ts';

/** Checkpoints that are read from the store concurrently. */
const READ_CONCURRENCY = 16;

export async function buildManifest(
  deps: ActivityDependencies,
  { header, run, fingerprint, chunks, stages, tuning }: RunInput,
  signal: AbortSignal,
): Promise<StoredManifest> {
  const { tenant, id } = header;
  const job = { tenant, id, run, fingerprint };
  const layout = { chunkEnds: chunkEnds(chunks), sizes: tuning.batchSizes };
  const operation = deps.operation(header.operation);
  if (!operation) throw new Error(`This worker does not know ${header.operation}`);
  const checkpoints: Checkpoint[] = [];
  for (const stage of stages) checkpoints.push(...(await readCheckpoints(deps, job, stage, layout, signal)));
  const { data } = checkpoints.findLast((checkpoint) => checkpoint.data !== undefined) ?? {};
  return {
    id,
    operation: header.operation,
    run,
    kind: data === undefined ? 'files' : 'json',
    data: data ?? null,
    files: listFiles(checkpoints),
    assets: await listAssets(deps, job, layout, checkpoints, signal),
    notes: checkpoints.flatMap(({ notes }) => notes),
    engine: operation.engine,
  };
}

const readCheckpoints = (
  { stages }: ActivityDependencies,
  job: RunRef,
  stage: StageInput,
  layout: BatchLayout,
  signal: AbortSignal,
): Promise<Checkpoint[]> =>
  mapConcurrent(splitParts(stage, layout), { concurrency: READ_CONCURRENCY, signal }, async (batch, stop) => {
    const checkpoint = await stages.readCheckpoint({ job, stage, batch }, stop);
    if (!checkpoint) throw new Error(`Stage ${stage.name} has no checkpoint`);
    return checkpoint;
  });

/** In the order of the assets. Names that were chosen more than once are numbered, as they were within a batch. */
function listFiles(checkpoints: readonly Checkpoint[]): StoredManifest['files'] {
  const names = new UniqueNames();
  return checkpoints.flatMap(({ outputs }) =>
    outputs.map(({ path: requested, key, size, sha256, crc32, asset }) => {
      const path = names.claim(requested);
      const media_type = mime.getType(path) ?? 'application/octet-stream';
      return { path, size, sha256, crc32, media_type, asset, key };
    }),
  );
}

async function listAssets(
  { assets }: ActivityDependencies,
  job: RunRef,
  layout: BatchLayout,
  checkpoints: readonly Checkpoint[],
  signal: AbortSignal,
): Promise<AssetOutcome[]> {
  const failures = new Map<number, JobError>(
    checkpoints.flatMap(({ failures }) => failures.map(({ index, error }) => [index, error])),
  );
  const downloads = await assets.readBatches(job, splitIntoBatches(layout), signal);
  return downloads.map(({ index, name, size, sha256, error: downloadError }) => {
    const error = downloadError ?? failures.get(index) ?? null;
    return { index, name, status: error ? 'failed' : 'ok', size, sha256, error };
  });
}
