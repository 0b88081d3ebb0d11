/** The messages that running workflows accept, under the names that Temporal's Web UI and CLI show. */
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { AssetsTaken, JobStatus, MoreAssets } from '../src/jobs/model/run-input.ts';

/** Stops the work, cleans up, and ends the job as cancelled. */
export const cancel = defineSignal<[reason?: string]>('cancel');

/** Lets running activities finish, and schedules no other until `resume`. */
export const pause = defineSignal('pause');

export const resume = defineSignal('resume');

/** Sent by the first activity of a job once it has run for a moment: the job left the queue at this time (epoch, ms). */
export const started = defineSignal<[startedAt: number]>('started');

/**
 * Temporal got no heartbeats of this activity and took it for lost, and its step is not to blame. Sent by its worker, which is alive, or
 * by the successor of its worker, which has read the journal.
 */
export const outlived = defineSignal<[activityId: string]>('outlived');

/** Makes a workflow that delivers a callback attempt it at once. */
export const attemptNow = defineSignal('attemptNow');

export const status = defineQuery<JobStatus>('status');

/**
 * Adds assets to a job that waits for them. An update, since the sender must learn whether they were taken. A rejected call
 * fails with `input_closed`, `too_many_assets` or `idempotency_key_reused`; it takes none of its assets and leaves no event.
 */
export const addAssets = defineUpdate<AssetsTaken, [MoreAssets]>('addAssets');
