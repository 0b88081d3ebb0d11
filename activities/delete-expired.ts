/** Deletes expired jobs and what interrupted requests left in the store. */
import { Context } from '@temporalio/activity';
import type { RetentionReport } from '../src/jobs/lifecycle/retention.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { withHeartbeat } from './heartbeat.ts';

export const createDeleteExpired =
  (deps: ActivityDependencies) =>
  (now: number): Promise<RetentionReport> =>
    withHeartbeat(deps, {}, async ({ signal }) => {
      const { log } = Context.current();
      const report = await deps.retention.execute(new Date(now), signal, (about, error) =>
        log.warn('Retention failed for one item', { about, error }),
      );
      if (Object.values(report).some((count) => count > 0)) log.info('Retention', { ...report });
      return report;
    });
