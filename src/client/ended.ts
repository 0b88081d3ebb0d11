import type { Job } from './types.ts';

const ends: readonly Job['state'][] = ['completed', 'failed', 'cancelled'];

/** Returns true if the job is completed, failed or cancelled. */
export const hasEnded = ({ state }: Pick<Job, 'state'>): boolean => ends.includes(state);
