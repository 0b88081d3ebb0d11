/** A submission that was not accepted, as a job: failed before it began. */
import type { DarkroomError } from '../../errors.ts';
import { computeExpiry } from '../model/expiry.ts';
import type { Job } from '../model/job.ts';
import { type JobRef, noUsage, type RetentionPolicy } from '../model/run-input.ts';
import { extended } from '../model/timeline.ts';
import type { JobRecord } from '../ports/job-archive.ts';

/** What job specs allow the name of an operation. */
const LONGEST_OPERATION = 100;

export interface Refusal {
  readonly dialect: string;
  /** As it was asked for, whether or not there is such an operation. */
  readonly operation: string;
  readonly error: DarkroomError;
  readonly retention: RetentionPolicy;
}

export function refusedRecord(
  { tenant, id }: JobRef,
  { dialect, operation, retention, error: { code, message, retryable, details } }: Refusal,
): JobRecord {
  const now = new Date().toISOString();
  const job: Job = {
    id,
    tenant,
    operation: operation.slice(0, LONGEST_OPERATION),
    dialect,
    created_at: now,
    labels: {},
    state: 'failed',
    paused: false,
    stage: null,
    progress: 0,
    run: 1,
    started_at: null,
    completed_at: now,
    expires_at: computeExpiry(now, retention),
    assets: { total: 0, downloaded: 0, failed: 0 },
    usage: noUsage,
    result: null,
    error: { code, message, retryable, details },
  };
  // No request has this fingerprint, so that none can find the job to be its own.
  return { job, fingerprint: '', timeline: extended([], job, now), runInput: null };
}
