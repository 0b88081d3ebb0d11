/** Priorities that precede jobs of other tenants. */
import { DarkroomError } from '../../errors.ts';
import type { JobSpec } from '../model/job-spec.ts';
import { DEFAULT_PRIORITY } from '../model/priority.ts';
import type { Submitter } from './submitter.ts';

/**
 * Temporal starts all tasks of a higher priority first, and shares the workers between tenants only within a priority. So a
 * priority above the default is for submitters that may precede other tenants.
 *
 * @throws forbidden
 */
export function checkPriority({ priority }: JobSpec, { mayPrecedeTenants }: Submitter): void {
  if (priority === undefined || priority >= DEFAULT_PRIORITY || mayPrecedeTenants) return;
  throw new DarkroomError(
    'forbidden',
    `Priority ${priority} precedes the jobs of other tenants, which takes the role "operator"; use ${DEFAULT_PRIORITY} to 5`,
  );
}
