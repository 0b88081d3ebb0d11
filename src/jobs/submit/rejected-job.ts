/** Keeps rejected requests as failed jobs, for an API whose clients look there for the reason. */
import { randomUUID } from 'node:crypto';
import { DarkroomError } from '../../errors.ts';
import { computeExpiry, isExpired } from '../model/expiry.ts';
import type { Job } from '../model/job.ts';
import { noUsage, type RetentionPolicy } from '../model/run-input.ts';
import { appendMoment } from '../model/timeline.ts';
import type { JobArchive, JobRecord } from '../ports/job-archive.ts';
import type { RejectedRequest, Submitted, Submitter } from './submitter.ts';

/** As in `jobSpec`. */
const MAX_OPERATION_NAME = 100;

/** Characters of a message, and of the JSON of details: a request can have hundreds of invalid fields. */
const MAX_TEXT = 4000;

/** Milliseconds that a rejected request is kept at most, and number of them that a tenant may have. */
const MAX_AGE_MS = 24 * 60 * 60 * 1000;
const MAX_REJECTED = 1000;

export interface RejectionDependencies {
  readonly archive: Pick<JobArchive, 'record' | 'saveRefusedRecord' | 'eraseRefused'>;
  readonly retention: RetentionPolicy;
}

interface RejectionOptions {
  /** Returns the id of the failed job, the same for a repeated rejection; null: a new id. */
  readonly id: (error: DarkroomError) => string | null;
  /** Rejected requests that a tenant may have. */
  readonly max?: number;
}

/**
 * Stores a failed job if the submitter keeps rejected requests; the oldest ones make room. Its id is not that of the request:
 * a start with an unknown outcome may have made a job under that one.
 *
 * @throws the error itself, when it is not kept or the store fails.
 */
export async function keepRejected(
  { archive, retention }: RejectionDependencies,
  submitter: Submitter,
  error: unknown,
  { id, max = MAX_REJECTED }: RejectionOptions,
): Promise<Submitted> {
  const rejected = error instanceof DarkroomError ? submitter.keepRejected?.(error) : null;
  if (!(error instanceof DarkroomError) || !rejected) throw error;
  const chosen = id(error);
  const save = async (): Promise<Job> => {
    const known = chosen === null ? null : await archive.record({ tenant: submitter.tenant, id: chosen });
    if (known && !isExpired(known.job)) return known.job;
    const record = buildRecord(chosen ?? randomUUID(), submitter, rejected, retention);
    await archive.saveRefusedRecord(record);
    await archive.eraseRefused(submitter.tenant, max);
    return record.job;
  };
  const job = await save().catch(() => {
    throw error;
  });
  return { job, created: false, rejection: error };
}

function buildRecord(
  id: string,
  { tenant, dialect }: Submitter,
  { operation, error: { code, message, retryable, details } }: RejectedRequest,
  { jobMs }: RetentionPolicy,
): JobRecord {
  const now = new Date().toISOString();
  const isShort = JSON.stringify(details ?? null).length <= MAX_TEXT;
  const job: Job = {
    id,
    tenant,
    operation: operation.slice(0, MAX_OPERATION_NAME),
    dialect,
    created_at: now,
    labels: {},
    state: 'failed',
    paused: false,
    stage: null,
    progress: 0,
    steps: [],
    run: 1,
    started_at: null,
    completed_at: now,
    expires_at: computeExpiry(now, { jobMs: Math.min(jobMs ?? MAX_AGE_MS, MAX_AGE_MS) }),
    assets: { total: 0, downloaded: 0, failed: 0 },
    usage: noUsage,
    result: null,
    error: { code, message: message.slice(0, MAX_TEXT), retryable, details: isShort ? details : null },
  };
  // No request has an empty fingerprint, so no request finds this job.
  return { job, fingerprint: '', timeline: appendMoment([], job, now), runInput: null };
}
