/** Removes the executions of a job from Temporal. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { JobRef } from '../jobs/model/run-input.ts';
import { isNotFound, readCall, writeCall } from './connection.ts';
import { READ_MS, WRITE_MS } from './deadlines.ts';
import { listEndedExecutions, listExecutionsBelow } from './history.ts';
import { callbacksPrefix, workflowIdOf } from './names.ts';
import { signalJob } from './signal-job.ts';

/** How long a cancelled job may clean up before it is terminated. */
const CLEANUP_MS = 4000;

/** Activities notice a termination at their next heartbeat. Until then they may write. */
const NOTICE_MS = 1500;

/** Stops a job if it runs, and deletes its executions and those of its callbacks. Does nothing for an unknown job. */
export async function removeJob(client: Client, ref: JobRef): Promise<void> {
  const workflowId = workflowIdOf(ref);
  const running = await isRunning(client, workflowId);
  if (running === null) return;
  if (running) await stop(client, ref, workflowId);
  const others = await writeCall(client, WRITE_MS, async () => [
    ...(await listEndedExecutions(client, workflowId)),
    ...(await listExecutionsBelow(client, callbacksPrefix(ref))),
  ]);
  const { workflowService, options } = client;
  for (const workflowExecution of [{ workflowId }, ...others]) {
    await writeCall(client, WRITE_MS, () =>
      workflowService.deleteWorkflowExecution({ namespace: options.namespace, workflowExecution }),
    ).catch((error: unknown) => {
      if (!isNotFound(error)) throw error;
    });
  }
}

/** Cancels the job. Terminates it when the cancellation takes too long, as it does without a worker. */
async function stop(client: Client, ref: JobRef, workflowId: string): Promise<void> {
  await signalJob(client, ref, 'cancel', 'deleted').catch(() => undefined);
  for (const deadline = Date.now() + CLEANUP_MS; Date.now() < deadline; await sleep(50))
    if (!(await isRunning(client, workflowId))) return;
  await writeCall(client, WRITE_MS, () => client.workflow.getHandle(workflowId).terminate('deleted'));
  await sleep(NOTICE_MS);
}

/** Null when there is no such execution. */
async function isRunning(client: Client, workflowId: string): Promise<boolean | null> {
  try {
    const handle = client.workflow.getHandle(workflowId);
    const { status } = await readCall(client, READ_MS, () => handle.describe());
    return status.name === 'RUNNING';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError || isNotFound(error)) return null;
    throw error;
  }
}
