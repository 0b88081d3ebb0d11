/** Erases what has had its time, and finds what was left behind. */
import { Context } from '@temporalio/activity';
import type { RetentionReport } from '../src/jobs/lifecycle/retention.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { withHeartbeat } from './heartbeat.ts';

export const createDeleteExpired =
  ({ retention }: ActivityDependencies) =>
  (now: number): Promise<RetentionReport> =>
    withHeartbeat(false, async ({ signal }) => {
      const { log } = Context.current();
      const kept = await retention.keep(new Date(now), signal, (about, error) =>
        log.warn('Housekeeping could not do its part for one', { about, error }),
      );
      if (Object.values(kept).some((count) => count > 0)) log.info('Housekeeping', { ...kept });
      return kept;
    });
