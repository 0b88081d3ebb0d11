/** Converts a workflow execution to a job. */
import type { Client } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';
import type { Heartbeat } from '../../activities/types.ts';
import { computeExpiry } from '../jobs/model/expiry.ts';
import type { JobError } from '../jobs/model/job.ts';
import type { JobHeader, JobStatus, RetentionPolicy } from '../jobs/model/run-input.ts';
import { isTerminal, type TerminalState } from '../jobs/model/states.ts';
import { endSteps } from '../jobs/model/step-status.ts';
import { appendMoment, type Moment } from '../jobs/model/timeline.ts';
import type { JobSnapshot } from '../jobs/ports/job-runtime.ts';
import { decodePayload } from './payloads.ts';

/** The memo of a job's execution. The workflow updates `status` and `timeline`. */
export interface JobMemo {
  readonly header: JobHeader;
  readonly status: JobStatus;
  readonly fingerprint: string;
  readonly timeline: readonly Moment[];
  readonly retention: RetentionPolicy;
}

export const isJobMemo = (
  memo: Record<string, unknown> | undefined,
): memo is Record<string, unknown> & JobMemo =>
  memo !== undefined && 'header' in memo && 'status' in memo && 'timeline' in memo;

/** The state of an execution in Temporal, independent of the memo. */
export interface ExecutionView {
  /** Temporal's status, such as RUNNING or TERMINATED. */
  readonly status: string;
  readonly closedAt: Date | null;
  /** The reason for a termination, if known. */
  readonly reason?: string | null;
}

export function toSnapshot(memo: JobMemo, view: ExecutionView, live: readonly Heartbeat[] = []): JobSnapshot {
  const status = applyClosedStatus(memo, view);
  const job = { ...memo.header, ...(isTerminal(status.state) ? status : withLive(status, live)) };
  // An execution that was closed from outside has no end time in its memo.
  const at = status.completed_at ?? new Date().toISOString();
  const timeline = isTerminal(status.state) ? appendMoment(memo.timeline, status, at) : memo.timeline;
  return { job, fingerprint: memo.fingerprint, timeline };
}

/** Adds the progress and the counts of running activities. */
function withLive(status: JobStatus, live: readonly Heartbeat[]): JobStatus {
  const sum = (field: 'points' | 'downloaded' | 'failed') =>
    live.reduce((total, beat) => total + (beat[field] || 0), 0);
  const { total, downloaded, failed } = status.assets;
  return {
    ...status,
    progress: Math.min(99, Math.floor((status.progress + sum('points')) * 10) / 10),
    assets: { total, downloaded: downloaded + sum('downloaded'), failed: failed + sum('failed') },
  };
}

/** Applies Temporal's status to a job whose execution was closed from outside and so did not publish its end. */
function applyClosedStatus({ status, retention }: JobMemo, view: ExecutionView): JobStatus {
  const ending = endings[view.status];
  if (isTerminal(status.state) || ending === undefined) return status;
  const [state, code, message] = ending;
  const error: JobError = {
    code,
    message: view.reason ? `${message}: ${view.reason}` : message,
    retryable: false,
    details: null,
  };
  const completed_at = view.closedAt?.toISOString() ?? null;
  return {
    ...status,
    steps: completed_at === null ? status.steps : endSteps(status.steps, error, completed_at),
    state,
    error,
    stage: null,
    paused: false,
    completed_at,
    expires_at: completed_at && computeExpiry(completed_at, retention),
  };
}

const endings: Readonly<Record<string, readonly [TerminalState, string, string]>> = {
  TERMINATED: ['failed', 'terminated', 'The job was terminated in Temporal'],
  TIMED_OUT: ['failed', 'timed_out', 'The job ran longer than Temporal allows it'],
  FAILED: ['failed', 'internal', 'The job failed in a way that darkroom did not foresee'],
  CANCELLED: ['cancelled', 'cancelled', 'The job was cancelled in Temporal'],
};

type Description = temporal.api.workflowservice.v1.IDescribeWorkflowExecutionResponse;
type PendingActivityInfo = temporal.api.workflow.v1.IPendingActivityInfo;

/** Decodes the last heartbeats of running activities. */
export async function decodeHeartbeats(client: Client, raw: Description): Promise<Heartbeat[]> {
  const beats = (raw.pendingActivities ?? []).map((activity) => decodeHeartbeat(client, activity));
  return (await Promise.all(beats)).filter((beat) => beat !== null);
}

/** Decodes the last heartbeat of one activity; null when it has sent none. */
export async function readHeartbeat(
  client: Client,
  raw: Description,
  activityId: string,
): Promise<Heartbeat | null> {
  const activity = raw.pendingActivities?.find((one) => one.activityId === activityId);
  return activity ? decodeHeartbeat(client, activity) : null;
}

async function decodeHeartbeat(
  client: Client,
  { heartbeatDetails }: PendingActivityInfo,
): Promise<Heartbeat | null> {
  const payload = heartbeatDetails?.payloads?.[0];
  if (!payload) return null;
  const beat = await decodePayload(client, payload);
  return typeof beat === 'object' && beat !== null && 'points' in beat ? (beat as Heartbeat) : null;
}
