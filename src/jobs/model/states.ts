/**
 * The one state machine of a job. Each dialect holds a table from these words to its own.
 *
 * created      accepted; no worker has seen it yet
 * queued       a worker holds it; its first step waits for a free place
 * downloading  its assets are being fetched
 * waiting      it waits for more assets
 * processing   the stages of its operation run
 * packaging    results are listed, hashed and recorded
 * completed, failed, cancelled   the end; a run never leaves these
 *
 * `paused` is no state but an overlay: a paused job stays in the state in which it will go on.
 */
export const states = [
  'created',
  'queued',
  'downloading',
  'waiting',
  'processing',
  'packaging',
  'completed',
  'failed',
  'cancelled',
] as const;

export type JobState = (typeof states)[number];

const ends = ['failed', 'cancelled'] as const;

/** Legal next states. Steps that a job does not need are skipped, so an arrow may jump forwards, never back. */
export const transitions: Readonly<Record<JobState, readonly JobState[]>> = {
  created: ['queued', ...ends],
  queued: ['downloading', 'waiting', 'processing', ...ends],
  downloading: ['waiting', 'processing', ...ends],
  waiting: ['downloading', 'processing', ...ends],
  processing: ['packaging', ...ends],
  packaging: ['completed', ...ends],
  completed: [],
  failed: [],
  cancelled: [],
};

export type TerminalState = 'completed' | 'failed' | 'cancelled';

export const isTerminal = (state: JobState): state is TerminalState => transitions[state].length === 0;

export const isLegal = (from: JobState, to: JobState): boolean => transitions[from].includes(to);
