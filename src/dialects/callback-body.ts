/** What a callback says. Each dialect whose clients expect a body of its own has a file here; the others get the native one. */

import type { CallbackEvent, Job } from '../jobs/model/job.ts';
import type { StoredResult } from '../jobs/ports/job-archive.ts';

export interface CallbackNews {
  readonly event: CallbackEvent;
  /** When it happened. */
  readonly at: string;
  /** The job at that moment. */
  readonly job: Job;
  /** What the client gave to know us by; it is sent as a bearer token in any case. */
  readonly token: string | null;
  /** Address of this server, without a slash at the end. */
  readonly publicUrl: string;
  /** Of a job that completed; else null. Throws store_unavailable. */
  result(): Promise<StoredResult | null>;
}

/** Gives what is sent as JSON. */
export type CallbackBody = (news: CallbackNews) => unknown;
