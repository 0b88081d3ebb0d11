/** The bodies of callbacks. A dialect whose clients expect a body of their own writes it; the others send the native one. */
import type { Job } from '../jobs/model/job.ts';
import type { CallbackEvent } from '../jobs/model/job-spec.ts';
import type { StoredResult } from '../jobs/ports/job-archive.ts';

export interface CallbackContext {
  readonly event: CallbackEvent;
  /** When it happened, ISO 8601. */
  readonly at: string;
  /** The job at that moment. */
  readonly job: Job;
  /** The token that the client gave with its callback. Every callback carries it as a bearer token too. */
  readonly token: string | null;
  /** Address of this server, without a slash at the end. */
  readonly publicUrl: string;
  /** Reads the result of a completed job; null for other jobs. Throws store_unavailable. */
  result(): Promise<StoredResult | null>;
}

/** Returns the value that is sent as JSON. */
export type CallbackBody = (context: CallbackContext) => unknown;
