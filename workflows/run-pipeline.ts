/** Runs the steps of a job: each as soon as the steps that it uses have ended, independent ones side by side. */
import { isCancellation } from '@temporalio/workflow';
import type { JobError, JobStep } from '../src/jobs/model/job.ts';
import type { StepInput } from '../src/jobs/model/run-input.ts';
import { continueRun, shouldContinueAsNew } from './continue-as-new.ts';
import { toEnding } from './ending.ts';
import { findStep, type JobContext } from './job-context.ts';
import { runStages } from './run-stages.ts';

/** `interrupted`: the history has become long, so that the rest follows in another execution. */
type StepEnd = 'completed' | 'failed' | 'skipped' | 'interrupted';

/**
 * Returns when all steps have ended: null, or why the job fails.
 *
 * @throws CancelledFailure, ContinueAsNew
 */
export async function runPipeline(job: JobContext): Promise<JobError | null> {
  const ends = new Map<string, Promise<StepEnd>>();
  for (const step of job.runInput.steps)
    ends.set(
      step.name,
      runWhenReady(job, step, Promise.all(step.use.flatMap((name) => ends.get(name) ?? []))),
    );
  const all = [...ends.values()];
  const reached = await Promise.all(all).catch(async (error: unknown) => {
    // Activities of other steps are being cancelled, too.
    if (isCancellation(error) || job.control.isCancelled) await Promise.allSettled(all);
    throw error;
  });
  if (reached.includes('interrupted')) await continueRun(job, Object.fromEntries(job.positions));
  const fatal = findFatal(job);
  return fatal ? toJobError(job, fatal) : null;
}

async function runWhenReady(job: JobContext, step: StepInput, used: Promise<StepEnd[]>): Promise<StepEnd> {
  const { status, control, runInput } = job;
  const ends = await used;
  const { state } = status.stepOf(step.name);
  // It ended in an earlier execution.
  if (state === 'completed' || state === 'failed' || state === 'skipped') return state;
  if (ends.includes('interrupted')) return 'interrupted';
  await control.untilResumed();
  if (ends.length > 0 && shouldContinueAsNew(runInput.tuning)) return 'interrupted';
  const end = ends.every((end) => end === 'completed') ? await runToEnd(job, step) : 'skipped';
  if (end === 'interrupted') return end;
  if (end === 'skipped') endStep(job, step, { state: end });
  // Nothing else publishes the end while other steps run, or the job is paused.
  if (control.isPaused || status.current.steps.some((other) => other.state === 'running'))
    status.publishChanges();
  return end;
}

/** @throws CancelledFailure */
async function runToEnd(job: JobContext, step: StepInput): Promise<StepEnd> {
  try {
    if (!(await runStages(job, step))) return 'interrupted';
  } catch (error) {
    const ending = toEnding(error, job.control);
    if (ending.state === 'cancelled') throw error;
    endStep(job, step, { state: 'failed', error: ending.error });
    return 'failed';
  }
  endStep(job, step, { state: 'completed', progress: 100 });
  return 'completed';
}

function endStep({ status }: JobContext, { name }: StepInput, changes: Partial<JobStep>): void {
  status.updateStep(name, { stage: null, completed_at: new Date().toISOString(), ...changes });
}

/** The failed step that fails the job; undefined when the job can complete. */
function findFatal({ runInput, status }: JobContext): JobStep | undefined {
  const { steps } = status.current;
  const failed = steps.filter(({ state }) => state === 'failed');
  const needed = failed.find(({ name }) => findStep(runInput, name).onError === 'fail');
  const hasResult = runInput.results.some((name) => status.stepOf(name).state === 'completed');
  return needed ?? (hasResult ? undefined : failed[0]);
}

/** A job of one step fails with the error of its step. */
function toJobError({ runInput }: JobContext, { name, error }: JobStep): JobError | null {
  if (!error || runInput.steps.length === 1) return error;
  return {
    ...error,
    message: `Step "${name}" failed: ${error.message}`,
    details: { ...error.details, step: name },
  };
}
