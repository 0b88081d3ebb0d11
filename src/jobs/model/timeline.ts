/** The timeline of a run: its transitions in order. Event streams resume from a position in it. */
import type { Job } from './job.ts';
import type { CallbackEvent } from './job-spec.ts';

/** One transition. `seq` counts from 1 within a run, also when early moments are dropped. */
export interface Moment extends View {
  readonly seq: number;
  readonly at: string;
  /** Progress of the job at that moment, 0 to 100. */
  readonly progress: number;
}

/** Moments kept. A job that waits for assets repeatedly has thousands; the earliest are dropped. */
const KEPT = 50;

type View = Pick<Job, 'state' | 'stage' | 'paused'>;

/** Returns the timeline with this view of the job appended; the same timeline when the view is not a transition. */
export function appendMoment(
  timeline: readonly Moment[],
  { state, stage, paused, progress }: View & Pick<Job, 'progress'>,
  at: string,
): readonly Moment[] {
  const last = timeline.at(-1);
  if (last && last.state === state && last.stage === stage && last.paused === paused) return timeline;
  return [...timeline, { seq: (last?.seq ?? 0) + 1, at, state, stage, paused, progress }].slice(-KEPT);
}

/** Returns the callback event of a transition; null when there is none for it. */
export function toCallbackEvent(now: Moment, before: Moment | undefined): CallbackEvent | null {
  if (before && now.paused !== before.paused && now.state === before.state)
    return now.paused ? 'job.paused' : 'job.resumed';
  if (now.state === before?.state || now.state === 'created') return null;
  return `job.${now.state}`;
}
