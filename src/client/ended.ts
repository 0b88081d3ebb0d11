import type { Job } from './types.ts';

const ends: readonly Job['state'][] = ['completed', 'failed', 'cancelled'];

/** Whether this run of the job is over. */
export const hasEnded = ({ state }: Pick<Job, 'state'>): boolean => ends.includes(state);
