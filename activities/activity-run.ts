/** What the work of an activity gets from the code that runs it. */
import type { LogMessage } from '../src/jobs/model/job-log.ts';
import type { Heartbeat } from './types.ts';

/** Passed to the work of an activity. */
export interface ActivityRun {
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** When its first attempt was scheduled, in milliseconds since the epoch. */
  readonly scheduledAt: number;
  /** Merges progress into the next heartbeat. */
  report(progress: Partial<Heartbeat>): void;
  /** Aborts when the activity is cancelled or its worker stops. */
  readonly signal: AbortSignal;
  /** From 1. */
  readonly attempt: number;
  /** Whether a retryable error, other than an outage, ends the activity in this attempt. */
  readonly lastAttempt: boolean;
  /** Last heartbeat details of the previous attempt; null in the first attempt. */
  readonly earlier: Heartbeat | null;
  /** For the operator: adds a line to the log of the worker. */
  log(message: string, fields: object): void;
  /** For the client: adds a line to the log of the job. It must have no secrets and no paths of this machine. */
  record(message: LogMessage): void;
}
