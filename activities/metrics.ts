/**
 * Metrics of a worker, besides those of Temporal's SDK. Served at DARKROOM_WORKER_METRICS; without it, recording does
 * nothing. Label values are from fixed sets: never ids or text from clients.
 */
import { Context } from '@temporalio/activity';
import { type MetricMeter, noopMetricMeter } from '@temporalio/common';
import type { Job } from '../src/jobs/model/job.ts';
import type { NotifyInput, StageRunInput } from './types.ts';

/** Activities that run in a process of their own are not measured. */
function currentMeter(): MetricMeter {
  try {
    return Context.current().metricMeter;
  } catch {
    return noopMetricMeter;
  }
}

/** `seconds`: from the submission or rerun to the end. */
export function countEnd({ operation, dialect, state, error }: Job, seconds: number): void {
  const meter = currentMeter();
  meter
    .createCounter('darkroom_jobs_ended', undefined, 'Jobs that ended, by operation and outcome')
    .add(1, { operation, dialect, state, code: error?.code ?? '' });
  meter
    .createHistogram('darkroom_job_duration', 'float', 'seconds', 'From submission to the end')
    .record(seconds, { operation, state });
}

/** Records the duration of one batch of a stage, or of all of it. */
export function timeStage(
  { operation, stage, batch }: StageRunInput,
  outcome: string,
  seconds: number,
): void {
  currentMeter()
    .createHistogram('darkroom_stage_duration', 'float', 'seconds', 'One batch of a stage, or all of it')
    .record(seconds, { operation, stage: stage.name, batch: batch === null ? 'all' : 'part', outcome });
}

/** Counts an attempt at a callback. */
export function countCallback({ event }: NotifyInput, outcome: string): void {
  currentMeter()
    .createCounter('darkroom_callback_attempts', undefined, 'Attempts at callbacks, by outcome')
    .add(1, { event, outcome });
}

/** Counts bytes of assets that were downloaded from URLs. */
export function countFetched(bytes: number): void {
  currentMeter()
    .createCounter('darkroom_fetched_bytes', undefined, 'Bytes of assets that were fetched')
    .add(bytes);
}
