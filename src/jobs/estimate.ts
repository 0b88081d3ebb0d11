/** When a job will be done, judged by how long like jobs took from the same point on. */
import type { JobSnapshot } from './engine.ts';
import type { Job } from './job.ts';

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
  const entered = timeline.findLast((moment) => moment.state === job.state && moment.stage === job.stage);
  if (!entered) return null;
  const samples = finished.filter(({ job: other }) => other.operation === job.operation);
  const alike = samples.filter(({ job: other }) => Math.abs(Math.log(ratio(job, other))) <= Math.log(ALIKE));
  const ends = (alike.length >= MIN_SAMPLES ? alike : samples)
    .flatMap((sample) => remaining(job, sample) ?? [])
    .map((ms) => new Date(entered.at).getTime() + ms)
    .filter((end) => end > now.getTime())
    .sort((a, b) => a - b);
  if (ends.length < MIN_SAMPLES) return null;
  const at = (part: number) => new Date(quantile(ends, part)).toISOString();
  return { at: at(0.5), earliest: at(0.1), latest: at(0.9) };
}

/** Milliseconds that the sample took from entering this job's state and stage to its end, scaled to this job's input. */
function remaining(job: Job, { job: other, timeline }: JobSnapshot): number | null {
  const from = timeline.find(({ state, stage }) => state === job.state && stage === job.stage);
  if (!from || !other.completed_at) return null;
  return (new Date(other.completed_at).getTime() - new Date(from.at).getTime()) * ratio(job, other);
}

const ratio = (job: Job, other: Job): number =>
  Math.max(1, job.assets.total) / Math.max(1, other.assets.total);

/** Of ascending numbers, between its neighbours where it falls between them. */
function quantile(numbers: readonly number[], part: number): number {
  const place = (numbers.length - 1) * part;
  const [below = 0, above = below] = [numbers[Math.floor(place)], numbers[Math.ceil(place)]];
  return below + (above - below) * (place - Math.floor(place));
}
