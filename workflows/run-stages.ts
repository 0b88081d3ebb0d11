/** Runs the stages of one step, one after the other. */
import { ApplicationFailure } from '@temporalio/workflow';
import type { StepInput } from '../src/jobs/model/run-input.ts';
import { type JobContext, labelStage } from './job-context.ts';
import { runStage } from './run-stage.ts';
import { findInputs } from './step-inputs.ts';

/** @returns False when the history has become long and stages are left. */
export async function runStages(job: JobContext, step: StepInput): Promise<boolean> {
  const { status, control, assetQueue, positions } = job;
  const inputs = await findInputs(job, step);
  const { name } = step;
  // Conditions left it without any.
  if (inputs.collected && status.stepOf(name).inputs.total === 0) return true;
  const { started_at } = status.stepOf(name);
  status.updateStep(name, { state: 'running', started_at: started_at ?? new Date().toISOString() });
  for (const stage of step.stages.slice(positions.get(name)?.stage)) {
    const index = step.stages.indexOf(stage);
    await control.untilResumed();
    // The job is in the queue until its first activity starts.
    const isQueued = status.current.state === 'queued' && assetQueue.total === 0 && index === 0;
    status.updateStep(name, { stage: stage.name });
    if (!isQueued)
      status.recordTransition('processing', { stage: labelStage(job.runInput, step, stage.name) });
    if (!(await runStage(job, { step, inputs, index, isQueued }))) return false;
    positions.set(name, { stage: index + 1, batchesDone: 0, reused: 0 });
  }
  assertUsable(job, step);
  return true;
}

/** A step of a pipeline fails when it could use none of its inputs. The packaging decides for a job of one step. */
function assertUsable({ runInput, status }: JobContext, { name }: StepInput): void {
  const { total, failed } = status.stepOf(name).inputs;
  if (runInput.steps.length === 1 || !total || failed < total) return;
  const message = `None of its ${total} inputs could be used`;
  throw ApplicationFailure.create({ type: 'all_assets_failed', message, nonRetryable: true });
}
