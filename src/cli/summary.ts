/** Formats jobs as text. */
import { blockedReason, hasEnded, isPipeline, type Job, type WatchedJob } from '../client/client.ts';
import { errorCatalogue, isErrorCode } from '../errors.ts';
import { formatAge, formatDuration } from '../lib/units.ts';
import { formatStepTree } from './step-tree.ts';
import { coloured, colourOfState } from './terminal/colour.ts';
import { columns } from './terminal/columns.ts';
import { plain } from './terminal/plain.ts';

/**
 * Formats how a job ended, in one or two lines.
 *
 * @param out - The directory to which its files have been downloaded.
 */
export function summaryLine(job: Job, out?: string): string {
  const { id, state, completed_at, started_at, result, error, assets } = job;
  // The duration of this run, without the wait before it.
  const took =
    completed_at && started_at
      ? ` after ${formatDuration(Date.parse(completed_at) - Date.parse(started_at))}`
      : '';
  const head = `${id} ${coloured(state, colourOfState(state), process.stderr)}${took}`;
  const failed = assets.failed > 0 ? `, ${assets.failed} of ${assets.total} assets failed` : '';
  if (error) return `${head}${failed}\n  ${plain(error.message)} (${error.code})\n  ${adviceOn(job)}`;
  return `${head}${failed}${result ? `: ${formatResult(job, out)}` : ''}`;
}

/** Formats everything about a job, for `darkroom status`. */
export function summary(job: WatchedJob): string {
  const { id, state, stage, paused, progress, created_at, started_at, completed_at, assets, labels } = job;
  const blocked = blockedReason(job.pending);
  const until = completed_at ? Date.parse(completed_at) : Date.now();
  const how = [
    coloured(state, colourOfState(state), process.stdout),
    ...(stage === null ? [] : [`(${stage})`]),
    ...(hasEnded(job) ? [] : [`${Math.floor(progress)} %`]),
    ...(paused ? ['paused'] : []),
  ].join(' ');
  const rows = [
    ['operation', job.operation],
    ...(job.template === undefined ? [] : [['template', job.template]]),
    ['created', `${formatAge(Date.parse(created_at))} (${created_at})`],
    ...(started_at
      ? [[completed_at ? 'took' : 'runs for', formatDuration(until - Date.parse(started_at))]]
      : []),
    ...(blocked === null ? [] : [['now', blocked]]),
    ...(job.run > 1 ? [['run', String(job.run)]] : []),
    ...(assets.total > 0 ? [['assets', formatAssets(job)]] : []),
    ...Object.entries(labels).map(([name, value]) => [`label ${name}`, value]),
    ...(job.notes ?? []).map((note) => ['note', note]),
    ...(job.result ? [['result', formatResult(job)]] : []),
    ...(job.expires_at ? [['expires', job.expires_at]] : []),
    ...(job.error
      ? [
          ['error', `${job.error.message} (${job.error.code})`],
          ['to do', adviceOn(job)],
        ]
      : []),
    ...(paused && !hasEnded(job) ? [['to do', `darkroom resume ${id}`]] : []),
  ];
  const steps = isPipeline(job) ? ['  steps', ...formatStepTree(job.steps).map((line) => `    ${line}`)] : [];
  return [`${id}  ${how}`, columns(rows, '  '), ...steps].join('\n');
}

function formatAssets({ assets: { total, downloaded, failed } }: Job): string {
  return `${downloaded} of ${total} downloaded${failed > 0 ? `, ${failed} failed` : ''}`;
}

function formatResult({ id, result, expires_at }: Job, out?: string): string {
  const count = result?.files ?? 0;
  const files = `${count} ${count === 1 ? 'file' : 'files'}`;
  const kept = expires_at === null ? '' : `, kept until ${expires_at.slice(0, 10)}`;
  const show = `darkroom results ${id}`;
  if (out === undefined || count === 0)
    return `${result?.kind === 'json' ? 'a JSON value' : files}${kept}; to download: ${show}`;
  // Only files are downloaded.
  return `${files} in ${out}${result?.kind === 'json' ? `; print the JSON value: ${show}` : ''}`;
}

/** Returns what the user can do about an error. */
function adviceOn({ id, state, error, assets }: Job): string {
  if (state === 'cancelled') return `It was cancelled. To run it again: darkroom rerun ${id}`;
  if (error?.retryable) return `Retrying may help: darkroom rerun ${id}`;
  const kind = error && isErrorCode(error.code) ? errorCatalogue[error.code].kind : null;
  if (kind === 'bug') return 'Retrying will not help. The log of the worker has the cause';
  if (assets.total > 0 && kind === 'asset')
    return 'Fix the assets and submit the job again. With --set on_error=skip, operations that support it skip failed assets';
  return 'Retrying will not help. Change what the error names, and submit a new job';
}
