/** Everything that can be said to a running job, under the names that Temporal's Web UI and CLI show. */
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { AssetsTaken, JobStatus, MoreAssets } from '../src/jobs/model/run-input.ts';

/** Stops the work, cleans up, and ends the job as cancelled. */
export const cancel = defineSignal<[reason?: string]>('cancel');

/** Lets the running steps finish and starts no other until `resume`. */
export const pause = defineSignal('pause');

export const resume = defineSignal('resume');

/** From the first activity of a job, once it has run for a moment: since when (epoch, ms) the job is out of the queue. */
export const begun = defineSignal<[startedAt: number]>('begun');

/** To a workflow that delivers a callback: attempts it now, without waiting any longer. */
export const attemptNow = defineSignal('attemptNow');

export const status = defineQuery<JobStatus>('status');

/**
 * An update, not a signal: whoever sends assets learns whether they were taken. Refused whole, and not in the history,
 * with `input_closed` or `too_many_assets`.
 */
export const addAssets = defineUpdate<AssetsTaken, [MoreAssets]>('addAssets');
