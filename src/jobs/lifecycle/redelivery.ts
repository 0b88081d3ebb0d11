/** Delivers callbacks again on request. */
import { DarkroomError } from '../../errors.ts';
import type { Delivery } from '../model/delivery.ts';
import type { Job } from '../model/job.ts';
import type { JobArchive } from '../ports/job-archive.ts';
import type { JobRuntime } from '../ports/job-runtime.ts';
import { type FindDependencies, findRunInput } from '../query/find-job.ts';

export interface RedeliveryDependencies extends FindDependencies {
  readonly runtime: Pick<JobRuntime, 'get' | 'runInput' | 'redeliver'>;
  readonly archive: Pick<JobArchive, 'record' | 'isDeleted' | 'deliveries'>;
}

/**
 * Delivers a callback again: immediately, and on failure by its schedule.
 *
 * @param which the id of a delivery, or its position in the list, from 1
 * @returns the delivery as it was before
 * @throws delivery_not_found, job_not_rerunnable
 */
export async function redeliver(
  dependencies: RedeliveryDependencies,
  job: Job,
  which: string,
): Promise<Delivery> {
  const deliveries = await dependencies.archive.deliveries(job);
  const delivery = deliveries.find(({ id }, index) => which === id || which === String(index + 1));
  if (!delivery) {
    const message = `Job "${job.id}" has no delivery "${which}"; see its list of deliveries`;
    throw new DarkroomError('delivery_not_found', message);
  }
  await dependencies.runtime.redeliver(await findRunInput(dependencies, job), job, delivery);
  return delivery;
}
