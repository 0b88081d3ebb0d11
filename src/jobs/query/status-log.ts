/** What the status and the timeline of a job contribute to its log. Nothing of it is stored a second time. */
import type { Job, JobError, JobStep } from '../model/job.ts';
import type { LogEntry } from '../model/job-log.ts';
import { isTerminal } from '../model/states.ts';
import type { Moment } from '../model/timeline.ts';
import type { JobSnapshot } from '../ports/job-runtime.ts';

/** The transitions of the current run, and the beginnings and ends of its steps. */
export function toStatusEntries({ job, timeline }: Pick<JobSnapshot, 'job' | 'timeline'>): LogEntry[] {
  const isPipeline = job.steps.length > 1;
  const moments = timeline.flatMap((moment, at) => {
    const before = timeline[at - 1];
    const end = !isPipeline && before && describeStageEnd(before, moment);
    return [
      ...(end ? [toEntry(job, `${moment.seq}.stage`, moment.at, end)] : []),
      ...describeMoment(job, moment, before).map((said) => toEntry(job, String(moment.seq), moment.at, said)),
    ];
  });
  return isPipeline ? [...moments, ...job.steps.flatMap((step) => toStepEntries(job, step))] : moments;
}

interface Said {
  readonly message: string;
  readonly error?: JobError | null;
  readonly stage?: string;
}

const toEntry = (job: Job, name: string, at: string, { message, error, stage }: Said): LogEntry => ({
  id: `${job.run}.${name}`,
  run: job.run,
  at,
  level: error && error.code !== 'cancelled' ? 'error' : 'info',
  type: 'state',
  activity: null,
  stage: stage ?? null,
  batch: null,
  attempt: null,
  began_at: null,
  worker: null,
  code: error?.code ?? null,
  message,
});

/** A stage that ends with its job has not completed. The end of the job says why. */
function describeStageEnd(before: Moment, { state, stage, at }: Moment): Said | null {
  if (before.stage === null || before.stage === stage || state === 'failed' || state === 'cancelled')
    return null;
  const seconds = (Date.parse(at) - Date.parse(before.at)) / 1000;
  return { message: `Stage ${before.stage} completed after ${seconds.toFixed(1)} s`, stage: before.stage };
}

function describeMoment(job: Job, { state, stage, paused }: Moment, before: Moment | undefined): Said[] {
  if (before && before.paused !== paused) return [{ message: paused ? 'Paused' : 'Resumed' }];
  if (state === 'processing') return stage === null ? [] : [{ message: `Stage ${stage} begins`, stage }];
  if (state === 'created') return [{ message: describeRequest(job) }];
  if (!isTerminal(state)) return [{ message: stateMessages[state] ?? state }];
  const how = job.error?.message;
  if (state === 'completed') return [{ message: 'Completed' }];
  return [{ message: how ?? (state === 'failed' ? 'Failed' : 'Cancelled'), error: job.error }];
}

const stateMessages: Readonly<Record<string, string>> = {
  queued: 'A worker runs the workflow',
  downloading: 'Downloads begin',
  waiting: 'Waits for more assets',
  packaging: 'The results are listed and recorded',
};

function describeRequest({ run, rerun_reason: reason }: Job): string {
  if (run === 1) return 'Submitted';
  return `Run ${run} was requested${reason === undefined ? '' : `: ${reason}`}`;
}

function toStepEntries(job: Job, { name, operation, state, error, ...step }: JobStep): LogEntry[] {
  const { started_at, completed_at } = step;
  const begin = { message: `Step ${name} begins: ${operation}` };
  const end = error
    ? { message: `Step ${name} ${state}: ${error.message}`, error }
    : { message: `Step ${name} ${state}` };
  return [
    ...(started_at ? [toEntry(job, `${name}.begin`, started_at, begin)] : []),
    ...(completed_at ? [toEntry(job, `${name}.end`, completed_at, end)] : []),
  ];
}
