/** Converts the pending activities of a workflow to their public form. */
import type { Client } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';
import proto from '@temporalio/proto';
import type { PendingActivity } from '../jobs/model/pending-activity.ts';
import { decodeFailureMessage } from './payloads.ts';

const { PENDING_ACTIVITY_STATE_SCHEDULED } = proto.temporal.api.enums.v1.PendingActivityState;

const kinds: Readonly<Record<string, PendingActivity['kind']>> = {
  download: 'download',
  collectInputs: 'inputs',
  runStage: 'stage',
  packageJob: 'package',
  notify: 'callback',
};

type Description = temporal.api.workflowservice.v1.IDescribeWorkflowExecutionResponse;

/** A workflow task that no worker has taken for this many milliseconds is shown. */
const SHOW_WAITING_MS = 2000;

/** Returns the pending activities, preceded by the workflow itself if workers fail to run it, or none takes it. */
export async function toPendingActivities(client: Client, raw: Description): Promise<PendingActivity[]> {
  const workflow = toFailingWorkflow(raw) ?? toWaitingWorkflow(raw);
  const read = async (
    activity: temporal.api.workflow.v1.IPendingActivityInfo,
  ): Promise<PendingActivity[]> => {
    const kind = kinds[activity.activityType?.name ?? ''];
    if (!kind) return [];
    const waits = activity.state === PENDING_ACTIVITY_STATE_SCHEDULED;
    const next = waits ? toIsoTime(activity.nextAttemptScheduleTime) : null;
    const retrying = next !== null && Date.parse(next) > Date.now();
    const began = retrying
      ? activity.lastAttemptCompleteTime
      : (activity.nextAttemptScheduleTime ?? activity.scheduledTime);
    return [
      {
        kind,
        state: activity.paused ? 'paused' : retrying ? 'retrying' : waits ? 'waiting' : 'running',
        task_queue: activity.activityOptions?.taskQueue?.name ?? null,
        worker: activity.lastWorkerIdentity || null,
        since: toIsoTime(waits ? began : activity.lastStartedTime),
        attempt: activity.attempt ?? 1,
        next_attempt_at: retrying ? next : null,
        error: activity.lastFailure ? await toPublicError(client, activity.lastFailure) : null,
      },
    ];
  };
  const activities = (await Promise.all((raw.pendingActivities ?? []).map(read))).flat();
  return workflow ? [workflow, ...activities] : activities;
}

/**
 * Whether workers repeatedly fail to run the workflow code: the code throws, or does not match the history
 * (non-determinism). Temporal retries without end. The second attempt is normal after the death of a worker.
 */
export const isWorkflowFailing = ({ pendingWorkflowTask: task }: Description): boolean =>
  (task?.attempt ?? 0) > 2;

/** What waits are the end of an activity, a signal, or assets that a client adds. */
function toWaitingWorkflow(raw: Description): PendingActivity | null {
  const { pendingWorkflowTask: task } = raw;
  const since = toIsoTime(task?.scheduledTime);
  if (since === null || toIsoTime(task?.startedTime) !== null) return null;
  if (Date.now() - Date.parse(since) < SHOW_WAITING_MS) return null;
  const task_queue = raw.executionConfig?.taskQueue?.name ?? null;
  return {
    kind: 'workflow',
    state: 'waiting',
    task_queue,
    worker: null,
    since,
    attempt: task?.attempt ?? 1,
    next_attempt_at: null,
    error: null,
  };
}

function toFailingWorkflow(raw: Description): PendingActivity | null {
  if (!isWorkflowFailing(raw)) return null;
  return {
    kind: 'workflow',
    state: 'retrying',
    task_queue: raw.executionConfig?.taskQueue?.name ?? null,
    worker: null,
    since: toIsoTime(raw.pendingWorkflowTask?.originalScheduledTime),
    attempt: raw.pendingWorkflowTask?.attempt ?? 1,
    next_attempt_at: null,
    error: {
      code: 'workflow_task_failed',
      message: 'Workers cannot run the workflow of this job; their logs say why ("Failing workflow task")',
    },
  };
}

/** Our failures carry a public code and message. Others are Temporal's, from attempts that timed out. */
async function toPublicError(
  client: Client,
  failure: temporal.api.failure.v1.IFailure,
): Promise<NonNullable<PendingActivity['error']>> {
  const { applicationFailureInfo: ours, timeoutFailureInfo: late } = failure;
  if (ours?.type) return { code: ours.type, message: await decodeFailureMessage(client, failure) };
  if (late)
    return {
      code: 'worker_lost',
      message: 'The worker did not report any more; the work begins again on another',
    };
  return { code: 'internal', message: 'The attempt failed in a way that darkroom did not foresee' };
}

type Time = temporal.api.workflow.v1.IPendingActivityInfo['scheduledTime'];

function toIsoTime(time: Time): string | null {
  if (!time?.seconds) return null;
  return new Date(Number(time.seconds) * 1000 + (time.nanos ?? 0) / 1e6).toISOString();
}
