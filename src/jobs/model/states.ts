/**
 * The state machine of a run. Each dialect maps these states to its own.
 *
 * | state | meaning |
 * | --- | --- |
 * | created | accepted; no worker has started it |
 * | queued | a worker runs its workflow; its first activity waits for a free slot |
 * | downloading | its assets are being downloaded |
 * | waiting | it waits for more assets |
 * | processing | the stages of its operation run |
 * | packaging | results are listed, hashed and recorded |
 * | completed, failed, cancelled | terminal: a run never leaves these |
 *
 * `paused` is a flag, not a state: a paused job keeps its state and resumes in it.
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

/** Legal next states. A job skips states that it does not need. Only `waiting` leads back, to `downloading`. */
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
