/** Plans a rerun: what it would compute, and what it would take from earlier runs. */
import type { Job } from '../model/job.ts';
import type { JobPlan, StepPlan } from '../model/job-plan.ts';
import type { StageInput } from '../model/run-input.ts';
import type { JobRuntime } from '../ports/job-runtime.ts';
import { planSteps, type UnestimatedStep } from '../query/plan-steps.ts';
import { StepSamples } from '../query/step-samples.ts';
import { prepareRerun, type RerunDependencies, type RerunRequest } from './rerun.ts';

type Computes = StepPlan['stages'][number]['computes'];

export interface PlanRerunDependencies extends RerunDependencies {
  readonly runtime: RerunDependencies['runtime'] & Pick<JobRuntime, 'finished'>;
}

/**
 * Returns what a rerun would compute. Starts and erases nothing.
 *
 * @throws job_still_active, job_not_rerunnable, invalid_request, too_many_jobs
 */
export async function planRerun(
  dependencies: PlanRerunDependencies,
  job: Job,
  request: RerunRequest,
): Promise<JobPlan> {
  const { runInput, expiredSince } = await prepareRerun(dependencies, job, request);
  await dependencies.quotas.of(job.tenant).check();
  const samples = await StepSamples.read(
    dependencies.runtime,
    job.tenant,
    runInput.steps.map(({ operation }) => operation),
  );
  const steps = runInput.steps.map(({ name, operation, use, when, stages }): UnestimatedStep => {
    const planned = stages.map((stage) => ({ name: stage.name, computes: toComputes(stage, runInput.run) }));
    const { inputs } = job.steps.find((step) => step.name === name) ?? {};
    const retries = planned.some(({ computes }) => computes === 'failed');
    return {
      name,
      operation,
      use: [...use],
      ...(when === null ? {} : { when }),
      stages: planned,
      inputs: retries ? inputs?.failed : inputs?.total,
    };
  });
  const { results } = runInput;
  const { notes, ...plan } = planSteps(steps, { assets: job.assets.total, results, samples });
  const expired = `Files of earlier runs have expired on ${expiredSince?.toISOString()}; everything is downloaded and computed again`;
  return {
    exists: true,
    run: runInput.run,
    template: job.template ?? null,
    assets: job.assets.total,
    results: [...results],
    ...plan,
    notes: [...(expiredSince ? [expired] : []), ...notes],
  };
}

const toComputes = ({ run, retriesFailuresOf }: StageInput, next: number): Computes =>
  run < next ? 'nothing' : retriesFailuresOf === null ? 'all' : 'failed';
