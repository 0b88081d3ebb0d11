/** Requests whose answer never came: what was asked for may have happened all the same. */
import { DarkroomError } from '../../errors.ts';

/** When it was asked several times, one of them may have been heard all the same. */
const codes: readonly string[] = ['temporal_unavailable', 'temporal_busy', 'worker_unavailable'];

export const isOutcomeUnknown = (error: unknown): boolean =>
  error instanceof DarkroomError && codes.includes(error.code);
