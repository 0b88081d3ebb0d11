/** What a job went through, in order; what its watchers are told, and where they go on after an interruption. */
import type { CallbackEvent, Job } from './job.ts';

/** One transition. `seq` counts from 1 through all of a run, whether or not all its moments are kept. */
export interface Moment extends View {
  readonly seq: number;
  readonly at: string;
  /** Progress of the job at that moment, 0 to 100. */
  readonly progress: number;
}

/** A job that waits for assets again and again goes through thousands; the first are forgotten. */
const KEPT = 50;

type View = Pick<Job, 'state' | 'stage' | 'paused'>;

/** The timeline with what is new in this view of the job; the same timeline when nothing is. */
export function extended(
  timeline: readonly Moment[],
  { state, stage, paused, progress }: View & Pick<Job, 'progress'>,
  at: string,
): readonly Moment[] {
  const last = timeline.at(-1);
  if (last && last.state === state && last.stage === stage && last.paused === paused) return timeline;
  return [...timeline, { seq: (last?.seq ?? 0) + 1, at, state, stage, paused, progress }].slice(-KEPT);
}

/** What happened at this moment, as callbacks name it; null where they have no word for it. */
export function eventOf(now: Moment, before: Moment | undefined): CallbackEvent | null {
  if (before && now.paused !== before.paused && now.state === before.state)
    return now.paused ? 'job.paused' : 'job.resumed';
  if (now.state === before?.state || now.state === 'created') return null;
  return `job.${now.state}`;
}
