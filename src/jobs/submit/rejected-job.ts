/** Keeps a rejected request as a failed job, for an API whose clients look there for the reason. */
import { randomUUID } from 'node:crypto';
import { DarkroomError } from '../../errors.ts';
import { computeExpiry } from '../model/expiry.ts';
import type { Job } from '../model/job.ts';
import { noUsage, type RetentionPolicy } from '../model/run-input.ts';
import { appendMoment } from '../model/timeline.ts';
import type { JobArchive, JobRecord } from '../ports/job-archive.ts';
import type { RejectedRequest, Submitted, Submitter } from './submitter.ts';

/** As in `jobSpec`. */
const MAX_OPERATION_NAME = 100;

export interface RejectionDependencies {
  readonly archive: Pick<JobArchive, 'saveRefusedRecord'>;
  readonly retention: RetentionPolicy;
}

/**
 * Stores a failed job if the submitter keeps rejected requests. Its id is new: a start with an unknown outcome may have made
 * a job that runs under the other.
 *
 * @throws the error itself, when it is not kept or the store fails.
 */
export async function keepRejected(
  { archive, retention }: RejectionDependencies,
  submitter: Submitter,
  error: unknown,
): Promise<Submitted> {
  const rejected = error instanceof DarkroomError ? submitter.keepRejected?.(error) : null;
  if (!(error instanceof DarkroomError) || !rejected) throw error;
  const record = buildRecord(submitter, rejected, retention);
  await archive.saveRefusedRecord(record).catch(() => {
    throw error;
  });
  return { job: record.job, created: false, rejection: error };
}

function buildRecord(
  { tenant, dialect }: Submitter,
  { operation, error: { code, message, retryable, details } }: RejectedRequest,
  retention: RetentionPolicy,
): JobRecord {
  const now = new Date().toISOString();
  const job: Job = {
    id: randomUUID(),
    tenant,
    operation: operation.slice(0, MAX_OPERATION_NAME),
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
  // No request has an empty fingerprint, so no request finds this job.
  return { job, fingerprint: '', timeline: appendMoment([], job, now), runInput: null };
}
