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
    if (!hasCode(error, 'destination_unavailable') || Date.now() - scheduledAt < hours * HOUR_MS) throw error;
    const message = `${error.message}. It has not answered for ${hours} hours`;
    throw new DarkroomError('destination_given_up', message, { details: error.details ?? {}, cause: error });
  }
}
