/** Cancels, pauses and resumes jobs. */
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { DarkroomError } from '../errors.ts';
import type { JobRef } from '../jobs/model/run-input.ts';
import type { ControlSignal } from '../jobs/ports/job-runtime.ts';
import { isNotFound, writeCall } from './connection.ts';
import { WRITE_MS } from './deadlines.ts';
import { workflowIdOf } from './names.ts';

/** @throws job_not_active when the job has ended, temporal_unavailable, temporal_busy */
export async function signalJob(
  client: Client,
  ref: JobRef,
  signal: ControlSignal,
  reason?: string,
): Promise<void> {
  const handle = client.workflow.getHandle(workflowIdOf(ref));
  const args = signal === 'cancel' && reason !== undefined ? [reason] : [];
  try {
    await writeCall(client, WRITE_MS, () => handle.signal(signal, ...args));
    // The signal carries the reason and is enough. With a cancellation request, Temporal also shows the end as Canceled.
    if (signal === 'cancel') await writeCall(client, WRITE_MS, () => handle.cancel()).catch(() => undefined);
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError || isNotFound(error))) throw error;
    throw new DarkroomError('job_not_active', `Job "${ref.id}" has ended; nothing can ${signal} it any more`);
  }
}
