/** Requests whose answer never came: what was asked for may have happened all the same. */
import { DarkroomError } from '../errors.ts';
import type { Uploads } from './uploads.ts';

/** When it was asked several times, one of them may have been heard all the same. */
const codes: readonly string[] = ['temporal_unavailable', 'temporal_busy', 'worker_unavailable'];

export const isUnheard = (error: unknown): boolean =>
  error instanceof DarkroomError && codes.includes(error.code);

/** Discards the uploads if what `ask` asks for is refused; if no answer came they are left to the sweep. */
export async function orDiscard<T>(uploads: Uploads | undefined, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!isUnheard(error)) await uploads?.discard();
    throw error;
  }
}
