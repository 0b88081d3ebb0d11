/** The state of a job page: merges responses and events, which can arrive in any order. */
import {
  hasEnded,
  type Job,
  type JobEvent,
  type StateEvent,
  type WatchedJob,
} from '../../src/client/client.ts';

export interface LiveJob {
  readonly job: (Job & Partial<WatchedJob>) | null;
  /** Transitions of the current run, by sequence number. */
  readonly timeline: readonly StateEvent[];
}

export type JobUpdate =
  | { readonly kind: 'loaded'; readonly job: Job & Partial<WatchedJob> }
  | { readonly kind: 'event'; readonly event: JobEvent };

/** Returns the state after `update`. Ignores updates that are older than the known state. */
export function applyUpdate(known: LiveJob, update: JobUpdate): LiveJob {
  if (update.kind === 'loaded') return withJob(known, update.job);
  const { event } = update;
  if (event.type === 'end') return withJob(known, event.job);
  const { job } = known;
  if (!job || event.run !== job.run) return event.type === 'state' ? withTransition(known, event) : known;
  if (event.type === 'state') {
    const { state, stage, paused } = event;
    const updated = withTransition(known, event);
    const progress = Math.max(job.progress, event.progress ?? 0);
    return hasEnded(job) ? updated : { ...updated, job: { ...job, state, stage, paused, progress } };
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

function withTransition(known: LiveJob, transition: StateEvent): LiveJob {
  const others = known.timeline.filter(({ run, seq }) => run === transition.run && seq !== transition.seq);
  return { ...known, timeline: [...others, transition].sort((one, other) => one.seq - other.seq) };
}
