/**
 * What a worker counts, beside what Temporal's SDK counts of itself. Prometheus reads it where DARKROOM_WORKER_METRICS says;
 * without that, nothing is kept. Labels are few and known: never ids, nor words of clients.
 */
import { Context } from '@temporalio/activity';
import type { Job } from '../src/jobs/model/job.ts';
import type { NotifyInput, StageRunInput } from './types.ts';

/** The three ends, with the error's code where there is one; and how long the client waited, from its submission or the rerun on. */
export function countEnd({ operation, dialect, state, error }: Job, seconds: number): void {
  const { metricMeter: meter } = Context.current();
  meter
    .createCounter('darkroom_jobs_ended', undefined, 'Jobs that ended, by operation and how')
    .add(1, { operation, dialect, state, code: error?.code ?? '' });
  meter
    .createHistogram('darkroom_job_duration', 'float', 'seconds', 'From submission to the end')
    .record(seconds, { operation, state });
}

/** One batch of a stage, or all of it, that was computed here. */
export function timeStage(
  { operation, stage, batch }: StageRunInput,
  outcome: string,
  seconds: number,
): void {
  Context.current()
    .metricMeter.createHistogram(
      'darkroom_stage_duration',
      'float',
      'seconds',
      'One batch of a stage, or all of it',
    )
    .record(seconds, { operation, stage: stage.name, batch: batch === null ? 'all' : 'part', outcome });
}

/** An attempt, and what it led to: delivered, failed (another may follow), or ended. */
export function countCallback({ event }: NotifyInput, outcome: string): void {
  Context.current()
    .metricMeter.createCounter('darkroom_callback_attempts', undefined, 'Attempts at callbacks, by outcome')
    .add(1, { event, outcome });
}

/** Bytes of assets that came from elsewhere. */
export function countFetched(bytes: number): void {
  Context.current()
    .metricMeter.createCounter('darkroom_fetched_bytes', undefined, 'Bytes of assets that were fetched')
    .add(bytes);
}
