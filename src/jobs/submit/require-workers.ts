/** Rejects jobs that no live worker can run. */
import { DarkroomError } from '../../errors.ts';
import type { JobRuntime } from '../ports/job-runtime.ts';
import type { PlannableOperation } from '../ports/operation-catalogue.ts';

/**
 * Checks that live workers offer every capability of these operations. Operations that need no engine may always wait.
 *
 * @throws operation_unavailable
 */
export async function requireWorkers(
  {
    runtime,
    queueUnavailable,
  }: {
    readonly runtime: Pick<JobRuntime, 'liveCapabilities'>;
    /** True: jobs wait until the engine is installed. */
    readonly queueUnavailable: boolean;
  },
  operations: readonly PlannableOperation[],
): Promise<void> {
  const needing = operations.map(({ info }) => info).filter(({ requires }) => requires.length > 0);
  if (needing.length === 0 || queueUnavailable) return;
  const live = await runtime.liveCapabilities();
  const info = needing.find(({ capabilities }) => capabilities.some((capability) => !live.has(capability)));
  if (!info) return;
  const message = `No live worker can run ${info.name}. Run "${info.install}" where a worker runs; the operation is available seconds later`;
  throw new DarkroomError('operation_unavailable', message, { details: { requires: info.requires } });
}
