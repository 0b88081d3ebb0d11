/** Input and output of the submission pipeline for dialects. */
import type { z } from 'zod';
import type { DarkroomError } from '../../errors.ts';
import type { Job } from '../model/job.ts';
import type { jobSpec } from '../model/job-spec.ts';
import type { ConcurrencyQuotas } from './concurrency-quota.ts';
import type { Uploads } from './uploads.ts';

export type JobRequest = z.input<typeof jobSpec>;

/** The tenant and API of a submission, and the properties of that API. */
export interface Submitter {
  readonly tenant: string;
  readonly dialect: string;
  /** Determines the job id when the client chose none, so that a repeated request finds its job. */
  readonly idempotencyKey?: string | undefined;
  /** True: jobs may have a priority above the default, so that they precede those of other tenants. */
  readonly mayPrecedeTenants?: boolean;
  /** Name for all assets, such as a directory. Requests are compared by it instead of by the assets. */
  readonly assetsNamed?: string;
  /** Shown with the job: what of a directory is not an asset of it. */
  readonly notes?: readonly string[];
  /** Quotas of the dialect, beside the one of the tenant. */
  readonly quotas?: readonly ConcurrencyQuotas[];
  /** Days that jobs of the dialect are kept after their end, unless they set `keep_days`; null: forever. Default: the server's. */
  readonly keepDays?: number | null;
  /** True: the single upload of a job is stored under the key that the dialect's contract names. */
  readonly fixedInputKey?: boolean;
  /** Returns how a rejected request is kept as a failed job; null or omitted: the error is thrown. */
  readonly keepRejected?: (error: DarkroomError) => RejectedRequest | null;
}

export interface RejectedRequest {
  /** As the client sent it, whether or not the operation exists. */
  readonly operation: string;
  readonly error: DarkroomError;
}

export interface Submitted {
  readonly job: Job;
  /** False: an earlier request made the job, or the request was rejected. */
  readonly created: boolean;
  /** Why the request was rejected, when its dialect keeps rejected requests. */
  readonly rejection?: DarkroomError;
}

/** A request whose files are stored. */
export interface FormRequest<Request> {
  readonly request: Request;
  readonly uploads: Uploads;
}

/**
 * Reads a form. Calls `open` before the first file, with the request if that precedes the files, so that an invalid request
 * fails before its files arrive. When the reader throws, everything uploaded is rolled back.
 */
export type ReadForm<Request> = (
  open: (request?: Request) => Promise<Uploads>,
) => Promise<FormRequest<Request>>;
