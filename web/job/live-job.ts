/** What is known of a job while it is looked at and listened to. */
import {
  hasEnded,
  type Job,
  type JobEvent,
  type StateEvent,
  type WatchedJob,
} from '../../src/client/client.ts';

export interface LiveJob {
  readonly job: (Job & Partial<WatchedJob>) | null;
  /** Transitions of the run that is shown. */
  readonly timeline: readonly StateEvent[];
}

export type JobUpdate =
  | { readonly kind: 'looked'; readonly job: Job & Partial<WatchedJob> }
  | { readonly kind: 'event'; readonly event: JobEvent };

/** Answers overtake each other: what is older than what is known is left out. */
export function applyUpdate(known: LiveJob, news: JobUpdate): LiveJob {
  if (news.kind === 'looked') return withJob(known, news.job);
  const { event } = news;
  if (event.type === 'end') return withJob(known, event.job);
  const { job } = known;
  if (!job || event.run !== job.run) return event.type === 'state' ? withTransition(known, event) : known;
  if (event.type === 'state') {
    const { state, stage, paused } = event;
    const told = withTransition(known, event);
    return hasEnded(job) ? told : { ...told, job: { ...job, state, stage, paused } };
  }
  const { state, stage, progress, assets } = event;
  return hasEnded(job) ? known : { ...known, job: { ...job, state, stage, progress, assets } };
}

function withJob(known: LiveJob, job: Job & Partial<WatchedJob>): LiveJob {
  const before = known.job;
  if (before && (job.run < before.run || (job.run === before.run && hasEnded(before) && !hasEnded(job))))
    return known;
  const timeline = known.timeline.filter(({ run }) => run === job.run);
  return { job: { estimated_completion: before?.estimated_completion ?? null, ...job }, timeline };
}

function withTransition(known: LiveJob, moment: StateEvent): LiveJob {
  const others = known.timeline.filter(({ run, seq }) => run === moment.run && seq !== moment.seq);
  return { ...known, timeline: [...others, moment].sort((one, other) => one.seq - other.seq) };
}
