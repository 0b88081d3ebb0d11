/** The bars of the waterfall of a run: states, stages, steps and attempts. */
import {
  isPipeline,
  type Job,
  type LogEntry,
  type StateEvent,
  type WatchedJob,
} from '../../src/client/client.ts';

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
  readonly worker: string | null;
  readonly error: string | null;
  /** Whether it is a part of the stage above it. */
  readonly isAttempt: boolean;
}

/** Of a job with hundreds of batches. */
const MAX_ATTEMPTS = 40;

type Attempt = LogEntry & { readonly began_at: string; readonly attempt: number };

/**
 * Returns the bars in the order of their start.
 *
 * @param log of the job; it has the attempts that ended, the job those that have not
 */
export function listBars(
  job: Job & Partial<WatchedJob>,
  transitions: readonly StateEvent[],
  log: readonly LogEntry[],
): readonly Bar[] {
  const states = listStateBars(job, transitions);
  const steps = isPipeline(job) ? listStepBars(job) : [];
  const attempts = [...listEndedAttempts(job, log), ...listPendingAttempts(job)].slice(-MAX_ATTEMPTS);
  const stages = [...states, ...steps];
  // An attempt begins a little before the workflow has heard of it.
  const rank = (bar: Bar): number =>
    bar.isAttempt
      ? Math.max(bar.from, stages.find(({ detail }) => detail !== null && detail === bar.detail)?.from ?? 0)
      : bar.from;
  return [...stages, ...attempts].sort((one, other) => rank(one) - rank(other));
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
        worker: null,
        error: null,
        isAttempt: false,
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
            worker: null,
            error: error?.message ?? null,
            isAttempt: false,
          },
        ],
  );

/** Attempts of which the log says how they ended: those that failed or were lost, and those that followed them. */
function listEndedAttempts({ run }: Job, log: readonly LogEntry[]): Bar[] {
  const attempts = log.filter((entry): entry is Attempt => entry.run === run && entry.began_at !== null);
  return attempts.flatMap((entry, at): Bar[] => {
    const { id, type, attempt, code, message, worker } = entry;
    const began = Date.parse(entry.began_at);
    const common = {
      key: `attempt ${id}`,
      detail: formatPlace(entry),
      error: code && message,
      isAttempt: true,
    };
    if (type === 'attempt') {
      const kind = code === null ? 'completed' : 'failed';
      return [{ ...common, name: `attempt ${attempt}`, kind, from: began, to: Date.parse(entry.at), worker }];
    }
    if (type !== 'lost') return [];
    // The lost attempt could not say when it began, unless it had said something.
    const lost = attempts
      .slice(0, at)
      .findLast((one) => isSameWork(one, entry) && one.attempt === attempt - 1);
    const from = lost ? Date.parse(lost.began_at) : began;
    return [
      {
        ...common,
        name: `attempt ${attempt - 1}`,
        kind: 'failed',
        from,
        to: began,
        worker: lost?.worker ?? null,
      },
    ];
  });
}

const isSameWork = (one: LogEntry, other: LogEntry): boolean =>
  one.activity === other.activity && one.stage === other.stage && one.batch === other.batch;

const formatPlace = ({ activity, stage, batch }: LogEntry): string =>
  `${stage ?? activity}${batch === null ? '' : `, batch ${batch}`}`;

/** Activities that run, or wait for a worker or for their next attempt. */
const listPendingAttempts = ({ pending = [], stage }: Job & Partial<WatchedJob>): Bar[] =>
  pending.flatMap(({ kind, state, since, attempt, task_queue, worker, error }, at): Bar[] =>
    since === null
      ? []
      : [
          {
            key: `pending ${at}`,
            name: pendingNames[state](attempt),
            detail:
              state === 'waiting'
                ? `${kind}, for a worker of ${task_queue ?? 'an unknown queue'}`
                : kind === 'stage'
                  ? (stage ?? kind)
                  : kind,
            kind: state === 'running' ? 'processing' : state === 'retrying' ? 'failed' : state,
            from: Date.parse(since),
            to: null,
            worker: state === 'running' ? worker : null,
            error: state === 'running' ? null : (error?.message ?? null),
            isAttempt: true,
          },
        ],
  );

const pendingNames: Readonly<Record<WatchedJob['pending'][number]['state'], (attempt: number) => string>> = {
  running: (attempt) => `attempt ${attempt}`,
  retrying: (attempt) => `attempt ${attempt} waits`,
  waiting: () => 'waiting',
  paused: (attempt) => `attempt ${attempt} is paused`,
};
