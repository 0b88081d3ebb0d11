/** Erases what has had its time, and finds what was left behind. */
import { Context } from '@temporalio/activity';
import type { Housekept } from '../src/jobs/lifecycle/retention.ts';
import type { ActivityDeps } from './dependencies.ts';
import { pulsing } from './heartbeat.ts';

export const createKeepHouse =
  ({ housekeeping }: ActivityDeps) =>
  (now: number): Promise<Housekept> =>
    pulsing(false, async ({ signal }) => {
      const { log } = Context.current();
      const kept = await housekeeping.keep(new Date(now), signal, (about, error) =>
        log.warn('Housekeeping could not do its part for one', { about, error }),
      );
      if (Object.values(kept).some((count) => count > 0)) log.info('Housekeeping', { ...kept });
      return kept;
    });
