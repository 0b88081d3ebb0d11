/** Estimates when a job ends, from the time similar jobs took from the same point, and from its own pace. */
import type { Job } from '../model/job.ts';
import type { Moment } from '../model/timeline.ts';
import type { JobSnapshot } from '../ports/job-runtime.ts';

/** Times in ISO 8601. Eight of ten similar jobs would end between `earliest` and `latest`. */
export interface Estimate {
  readonly at: string;
  readonly earliest: string;
  readonly latest: string;
}

/** Samples needed for an estimate. */
const MIN_SAMPLES = 3;

/** Jobs are similar up to this ratio of their inputs. Others are scaled, and only used when there are too few similar ones. */
const MAX_RATIO = 2;

/** A job's own pace replaces the samples once this fraction of the stage is done and this time has passed. */
const OWN_PACE = { fraction: 0.01, ms: 1000 };

/** Relative uncertainty of an estimate from the job's own pace. */
const UNCERTAINTY = 0.2;

/**
 * Returns null without an estimate: the job waits, fewer than three samples are usable, or it takes longer than all of them.
 *
 * @param finished completed jobs of the same tenant; those that copied results say nothing about the time
 */
export function estimate(
  { job, timeline }: JobSnapshot,
  finished: readonly JobSnapshot[],
  now: Date,
): Estimate | null {
  if (job.paused || !['downloading', 'processing', 'packaging'].includes(job.state)) return null;
  const entered = timeline.findLast((moment) => isSame(moment, job));
  if (!entered) return null;
  const samples = finished.filter(
    ({ job: other }) => listSteps(other) === listSteps(job) && other.usage.reused_seconds === 0,
  );
  const similar = samples.filter(
    ({ job: other }) => Math.abs(Math.log(ratio(job, other))) <= Math.log(MAX_RATIO),
  );
  const usable = (similar.length >= MIN_SAMPLES ? similar : samples)
    .map((sample) => predictEnds(job, entered, sample, now).filter((end) => end > now.getTime()))
    .filter((ends) => ends.length > 0);
  if (usable.length < MIN_SAMPLES) return null;
  const ends = usable.flat().sort((a, b) => a - b);
  const at = (part: number) => new Date(quantile(ends, part)).toISOString();
  return { at: at(0.5), earliest: at(0.1), latest: at(0.9) };
}

/** Returns when the job would end if it continued like this sample (epoch, ms). */
function predictEnds(job: Job, entered: Moment, { job: other, timeline }: JobSnapshot, now: Date): number[] {
  const from = timeline.findIndex((moment) => isSame(moment, job));
  const entry = timeline[from];
  if (!entry || !other.completed_at) return [];
  const next = timeline[from + 1];
  const total = since(entry.at, other.completed_at);
  const stage = next ? since(entry.at, next.at) : total;
  const elapsed = now.getTime() - Date.parse(entered.at);
  const done = fractionDone(job, entered, entry, next);
  if (done === null || done < OWN_PACE.fraction || elapsed < OWN_PACE.ms)
    return [Date.parse(entered.at) + total * ratio(job, other)];
  // The stage continues at its own pace. Later stages differ from the sample's by the same factor.
  const ownStage = elapsed / done;
  const left = ownStage - elapsed + (total - stage) * (stage > 0 ? ownStage / stage : ratio(job, other));
  return [1 - UNCERTAINTY, 1, 1 + UNCERTAINTY].map((factor) => now.getTime() + left * factor);
}

/** Returns the completed fraction of the stage, from the progress that it meant for the sample; null: unknown. */
function fractionDone(job: Job, entered: Moment, entry: Moment, next: Moment | undefined): number | null {
  if (!next) return null;
  const points = next.progress - entry.progress;
  return points > 0 ? Math.min(1, (job.progress - entered.progress) / points) : null;
}

/** Jobs are comparable when they have the same steps, or the same operation. */
const listSteps = ({ operation, steps }: Job): string =>
  [operation, ...(steps.length > 1 ? steps.map((step) => `${step.name} ${step.operation}`) : [])].join();

const isSame = (moment: Pick<Moment, 'state' | 'stage'>, { state, stage }: Job): boolean =>
  moment.state === state && moment.stage === stage;

const since = (from: string, to: string): number => Date.parse(to) - Date.parse(from);

/** Ratio of the inputs: bytes where both are known, else assets. */
function ratio(job: Job, other: Job): number {
  const [bytes, others] = [job.usage.bytes_in, other.usage.bytes_in];
  if (bytes > 0 && others > 0 && job.state !== 'downloading') return bytes / others;
  return Math.max(1, job.assets.total) / Math.max(1, other.assets.total);
}

/** Interpolates a quantile of ascending numbers. */
function quantile(numbers: readonly number[], part: number): number {
  const position = (numbers.length - 1) * part;
  const [below = 0, above = below] = [numbers[Math.floor(position)], numbers[Math.ceil(position)]];
  return below + (above - below) * (position - Math.floor(position));
}
