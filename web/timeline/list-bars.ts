/** The bars of the waterfall of a run: steps, states and stages, and attempts that wait. */
import { isPipeline, type Job, type StateEvent, type WatchedJob } from '../../src/client/client.ts';

export interface Bar {
  readonly key: string;
  readonly name: string;
  readonly detail: string | null;
  /** Colour: a state of a job, or of a step. */
  readonly kind: string;
  /** Epoch, ms. */
  readonly from: number;
  /** Epoch, ms; null: it has not ended. */
  readonly to: number | null;
  readonly error: string | null;
}

/** Returns the bars in the order of their start. */
export function listBars(job: Job & Partial<WatchedJob>, transitions: readonly StateEvent[]): readonly Bar[] {
  const states = listStateBars(job, transitions);
  const steps = isPipeline(job) ? listStepBars(job) : [];
  return [...states, ...steps, ...listAttemptBars(job)].sort((one, other) => one.from - other.from);
}

/** A bar for each state; in `processing`, one for each stage. Ends are no bars. */
function listStateBars(job: Job, transitions: readonly StateEvent[]): Bar[] {
  const hasSteps = isPipeline(job);
  return transitions.flatMap((transition, at): Bar[] => {
    const { seq, state, stage, paused } = transition;
    const next = transitions[at + 1];
    const isEnd = job.completed_at !== null && next === undefined;
    // The stages of a pipeline overlap; its steps have bars of their own.
    if (isEnd || (hasSteps && stage !== null && !paused)) return [];
    return [
      {
        key: `state ${seq}`,
        name: paused ? `paused while ${state}` : state,
        detail: stage,
        kind: paused ? 'paused' : state,
        from: Date.parse(transition.at),
        to: next ? Date.parse(next.at) : null,
        error: null,
      },
    ];
  });
}

const listStepBars = ({ steps }: Job): Bar[] =>
  steps.flatMap(({ name, operation, state, started_at, completed_at, error }): Bar[] =>
    started_at === null
      ? []
      : [
          {
            key: `step ${name}`,
            name,
            detail: operation,
            kind: state === 'running' ? 'processing' : state,
            from: Date.parse(started_at),
            to: completed_at === null ? null : Date.parse(completed_at),
            error: error?.message ?? null,
          },
        ],
  );

/** Activities that wait for a worker or for their next attempt. */
const listAttemptBars = ({ pending = [] }: Partial<WatchedJob>): Bar[] =>
  pending.flatMap(({ kind, state, since, attempt, task_queue, error }, at): Bar[] =>
    since === null || state === 'running'
      ? []
      : [
          {
            key: `attempt ${at}`,
            name: state === 'retrying' ? `attempt ${attempt} waits` : state,
            detail:
              state === 'waiting' ? `${kind}, for a worker of ${task_queue ?? 'an unknown queue'}` : kind,
            kind: state === 'retrying' ? 'failed' : 'waiting',
            from: Date.parse(since),
            to: null,
            error: error?.message ?? null,
          },
        ],
  );
