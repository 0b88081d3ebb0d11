/** Erases what has had its time, and finds what was left behind. */
import { Context } from '@temporalio/activity';
import type { Housekept } from '../src/jobs/housekeeping.ts';
import type { ActivityDeps } from './deps.ts';
import { pulsing } from './step.ts';

export const createKeepHouse =
  ({ housekeeping }: ActivityDeps) =>
  (): Promise<Housekept> =>
    pulsing(false, async ({ signal }) => {
      const kept = await housekeeping.keep(new Date(), signal);
      if (Object.values(kept).some((count) => count > 0))
        Context.current().log.info('Housekeeping', { ...kept });
      return kept;
    });
