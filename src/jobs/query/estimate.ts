/** When a job will be done, judged by how long like jobs took from the same point on, and by its own pace. */

import type { Job } from '../model/job.ts';
import type { Moment } from '../model/timeline.ts';
import type { JobSnapshot } from '../ports/job-runtime.ts';

/** Times, as ISO 8601. Of ten like jobs, eight would end between `earliest` and `latest`. */
export interface Estimate {
  readonly at: string;
  readonly earliest: string;
  readonly latest: string;
}

/** Fewer say nothing. */
const MIN_SAMPLES = 3;

/** A job of twice the input is still much alike; of more than that, its time is only scaled when there is nothing better. */
const ALIKE = 2;

/** Its own pace tells more than others do, once it has shown so much of the stage and for so long. */
const PACE = { fraction: 0.01, ms: 1000 };

/** What is left may take so much less or more than its pace so far says. */
const DOUBT = 0.2;

/**
 * Null when it cannot be known: the job waits for something, or too few like jobs have ended, or it takes longer than
 * all of them did. `finished`: completed jobs of the same operation.
 */
export function estimate(
  { job, timeline }: JobSnapshot,
  finished: readonly JobSnapshot[],
  now: Date,
): Estimate | null {
  if (job.paused || !['downloading', 'processing', 'packaging'].includes(job.state)) return null;
  const entered = timeline.findLast((moment) => isSame(moment, job));
  if (!entered) return null;
  const samples = finished.filter(({ job: other }) => other.operation === job.operation);
  const alike = samples.filter(({ job: other }) => Math.abs(Math.log(ratio(job, other))) <= Math.log(ALIKE));
  const telling = (alike.length >= MIN_SAMPLES ? alike : samples)
    .map((sample) => endsOf(job, entered, sample, now).filter((end) => end > now.getTime()))
    .filter((ends) => ends.length > 0);
  if (telling.length < MIN_SAMPLES) return null;
  const ends = telling.flat().sort((a, b) => a - b);
  const at = (part: number) => new Date(quantile(ends, part)).toISOString();
  return { at: at(0.5), earliest: at(0.1), latest: at(0.9) };
}

/** When the job would end if it went on like this sample (epoch, ms). */
function endsOf(job: Job, entered: Moment, { job: other, timeline }: JobSnapshot, now: Date): number[] {
  const from = timeline.findIndex((moment) => isSame(moment, job));
  const began = timeline[from];
  if (!began || !other.completed_at) return [];
  const next = timeline[from + 1];
  const whole = since(began.at, other.completed_at);
  const stage = next ? since(began.at, next.at) : whole;
  const elapsed = now.getTime() - Date.parse(entered.at);
  const done = fractionDone(job, entered, began, next);
  if (done === null || done < PACE.fraction || elapsed < PACE.ms)
    return [Date.parse(entered.at) + whole * ratio(job, other)];
  // This stage goes on at its own pace, and what follows takes longer or shorter than the sample's by as much.
  const ours = elapsed / done;
  const left = ours - elapsed + (whole - stage) * (stage > 0 ? ours / stage : ratio(job, other));
  return [1 - DOUBT, 1, 1 + DOUBT].map((doubt) => now.getTime() + left * doubt);
}

/** The part of the stage that the job has done, of what that was worth to the sample; null when that is not known. */
function fractionDone(job: Job, entered: Moment, began: Moment, next: Moment | undefined): number | null {
  if (!next) return null;
  const worth = next.progress - began.progress;
  return worth > 0 ? Math.min(1, (job.progress - entered.progress) / worth) : null;
}

const isSame = (moment: Pick<Moment, 'state' | 'stage'>, { state, stage }: Job): boolean =>
  moment.state === state && moment.stage === stage;

const since = (from: string, to: string): number => Date.parse(to) - Date.parse(from);

/** Of their input: bytes where both are known, else assets. */
function ratio(job: Job, other: Job): number {
  const [bytes, others] = [job.usage.bytes_in, other.usage.bytes_in];
  if (bytes > 0 && others > 0 && job.state !== 'downloading') return bytes / others;
  return Math.max(1, job.assets.total) / Math.max(1, other.assets.total);
}

/** Of ascending numbers, between its neighbours where it falls between them. */
function quantile(numbers: readonly number[], part: number): number {
  const place = (numbers.length - 1) * part;
  const [below = 0, above = below] = [numbers[Math.floor(place)], numbers[Math.ceil(place)]];
  return below + (above - below) * (place - Math.floor(place));
}
