/** What Temporal's Web UI shows beside ids: one line for each activity, timer and child workflow, and the details of a job. */
import type { Batch } from '../src/jobs/model/batch.ts';
import type { JobStatus } from '../src/jobs/model/run-input.ts';

/** The assets have the numbers of the manifest, from 0. */
export function summarizeActivity(name: string, batch: Batch | null): string {
  if (batch === null) return name;
  const last = batch.to - 1;
  return `${name} · ${batch.from === last ? `asset ${last}` : `assets ${batch.from}–${last}`}`;
}

/** `waitMs`: milliseconds until the attempt. */
export const summarizeAttempt = (event: string, attempt: number, waitMs = 0): string =>
  `callback ${event} · attempt ${attempt}${waitMs > 0 ? ` in ${Math.round(waitMs / 1000)} s` : ''}`;

/** Describes a job in Markdown. Text that is not ours is shown as code, so that it cannot format or link anything. */
export function describeStatus({ state, paused, stage, progress, assets, error }: JobStatus): string {
  const { total, downloaded, failed } = assets;
  const lines = [
    `**${state}**${paused ? ', paused' : ''}${stage === null ? '' : ` · stage ${stage}`} · ${Math.round(progress)} %`,
    `${downloaded} of ${total} assets downloaded${failed === 0 ? '' : `, ${failed} failed`}`,
    ...(error === null ? [] : [`${error.code}: ${toCode(error.message)}`]),
  ];
  return lines.join('\n\n');
}

const toCode = (text: string): string => `\`${text.replaceAll(/[`\n]/g, ' ')}\``;
