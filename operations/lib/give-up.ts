/** Limits how long an export waits for a server that does not answer. */
import { z } from 'zod';
import { DarkroomError, hasCode } from '../../src/errors.ts';
import { HOUR_MS } from '../../src/lib/units.ts';
import type { StageContext } from '../operation.ts';

const MAX_HOURS = 7 * 24;

/** The parameter of operations that export files. */
export const giveUpHours = z
  .number()
  .min(0)
  .max(MAX_HOURS)
  .default(24)
  .describe(
    'Hours for which the export waits for a server that does not answer. It holds no worker meanwhile',
  );

/** Bounds of the time between two attempts, which is as long as the export has waited already. */
const RETRY_MS = { least: 1000, most: 5 * 60_000 };

/**
 * Runs `send`. While its server does not answer, the activity ends and is tried again later, so it holds no worker. After so many hours
 * the export fails.
 *
 * @throws destination_given_up, and the errors of `send`
 */
export async function givingUp<T>(
  { scheduledAt }: Pick<StageContext<unknown>, 'scheduledAt'>,
  hours: number,
  send: () => Promise<T>,
): Promise<T> {
  try {
    return await send();
  } catch (error) {
    if (!hasCode(error, 'destination_unavailable')) throw error;
    const { message, code } = error;
    const parts = { details: error.details ?? {}, cause: error };
    const waitedMs = Date.now() - scheduledAt;
    if (waitedMs >= hours * HOUR_MS)
      throw new DarkroomError(
        'destination_given_up',
        `${message}. It has not answered for ${hours} hours`,
        parts,
      );
    const retryAfterMs = Math.min(Math.max(waitedMs, RETRY_MS.least), RETRY_MS.most);
    throw new DarkroomError(code, message, { ...parts, retryAfterMs });
  }
}
