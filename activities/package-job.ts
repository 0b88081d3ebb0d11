/** Ends a run: lists its results and writes the record that outlives Temporal. */
import { errorCatalogue } from '../src/errors.ts';
import { computeExpiry } from '../src/jobs/model/expiry.ts';
import type { Job, JobError } from '../src/jobs/model/job.ts';
import type { JobStatus } from '../src/jobs/model/run-input.ts';
import { endSteps } from '../src/jobs/model/step-status.ts';
import { appendMoment } from '../src/jobs/model/timeline.ts';
import type { StoredManifest } from '../src/jobs/ports/job-archive.ts';
import type { ActivityRun } from './activity-run.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { buildManifest } from './manifest.ts';
import { countEnd } from './metrics.ts';
import type { PackageInput } from './types.ts';

/** Failed assets that the error of a job names. */
const MAX_LISTED_ASSETS = 20;

/**
 * Returns the final status of the job. An execution ends once: when an earlier attempt has recorded its end, returns that, whatever
 * happened since.
 */
export async function packageJob(
  deps: ActivityDependencies,
  input: PackageInput,
  { signal, log }: ActivityRun,
): Promise<JobStatus> {
  const { runInput, timeline, completedAt, executionId } = input;
  const { header, fingerprint } = runInput;
  const recorded = await deps.archive.record(header);
  if (recorded?.executionId === executionId) return toStatus(recorded.job);
  // It was deleted before Temporal knew of its end, and the workflow task is repeated.
  if (await deps.archive.isDeleted(header)) {
    await deps.archive.erase(header);
    return finalStatus(input, null);
  }
  const hasResults = input.ending.state === 'completed';
  const manifest = hasResults ? await buildManifest(deps, runInput, input.status.steps, signal) : null;
  if (manifest) await deps.archive.saveResult(header, manifest);
  const status = finalStatus(input, manifest);
  if (status.error) log('The job did not complete', { job: header.id, ...status.error });
  const moments = appendMoment(timeline, status, completedAt);
  const job = { ...header, ...status };
  // A run that was reset in Temporal may end after a later one.
  if ((recorded?.job.run ?? 0) <= runInput.run)
    await deps.archive.saveRecord({ job, fingerprint, timeline: moments, runInput, executionId });
  countEnd(job, (Date.parse(completedAt) - Date.parse(runInput.requestedAt)) / 1000);
  // The job may have been deleted while this activity ran. Then what it wrote must go, too.
  if (await deps.archive.isDeleted(header)) await deps.archive.erase(header);
  return status;
}

function toStatus(job: Job): JobStatus {
  const { id: _id, tenant, operation, dialect, created_at, labels, notes, ...status } = job;
  return status;
}

function finalStatus(
  { runInput, status, ending, completedAt }: PackageInput,
  manifest: StoredManifest | null,
): JobStatus {
  const { state, error } =
    manifest && runInput.steps.length === 1 && areAllFailed(manifest) ? allFailed(manifest) : ending;
  const { progress, usage } = status;
  return {
    ...status,
    state,
    error,
    stage: null,
    paused: false,
    steps: endSteps(status.steps, state === 'completed' ? null : error, completedAt),
    progress: state === 'completed' ? 100 : Math.floor(progress * 10) / 10,
    completed_at: completedAt,
    expires_at: computeExpiry(completedAt, runInput.retention),
    assets: countAssets(status, manifest, error),
    usage: { ...usage, bytes_out: (manifest?.files ?? []).reduce((sum, { size }) => sum + size, 0) },
    result:
      manifest && state === 'completed'
        ? { kind: manifest.kind, files: manifest.files.length, run: runInput.run }
        : runInput.result,
  };
}

function countAssets(
  { assets }: JobStatus,
  manifest: StoredManifest | null,
  error: JobError | null,
): JobStatus['assets'] {
  if (manifest)
    return { ...assets, failed: manifest.assets.filter(({ status }) => status === 'failed').length };
  // The asset that failed the job is not counted yet: its activity returned no result.
  // An input of a step of a pipeline need not be an asset.
  return error?.details?.['asset'] === undefined || error.details['step'] !== undefined
    ? assets
    : { ...assets, failed: assets.failed + 1 };
}

const areAllFailed = ({ assets }: StoredManifest): boolean =>
  assets.length > 0 && assets.every(({ status }) => status === 'failed');

function allFailed({ assets }: StoredManifest): { state: 'failed'; error: JobError } {
  const message = `None of the ${assets.length} assets could be used; the first: ${assets[0]?.error?.message ?? ''}`;
  const listed = assets.slice(0, MAX_LISTED_ASSETS);
  const details = {
    assets: listed.map(({ index, name, error }) => ({ index, asset: name, code: error?.code })),
  };
  const { retryable } = errorCatalogue.all_assets_failed;
  return { state: 'failed', error: { code: 'all_assets_failed', message, retryable, details } };
}
