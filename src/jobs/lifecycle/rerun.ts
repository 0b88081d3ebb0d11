/** Runs an ended job again: computes everything, or builds on the checkpoints of an earlier run. */

import { setTimeout as sleep } from 'node:timers/promises';
import { DarkroomError } from '../../errors.ts';
import { workExpiredSince } from '../model/expiry.ts';
import type { Job } from '../model/job.ts';
import { withDependents } from '../model/pipeline.ts';
import { PIPELINE } from '../model/pipeline-names.ts';
import { initialJob, type RunInput, type StepInput } from '../model/run-input.ts';
import { isTerminal } from '../model/states.ts';
import type { JobArchive } from '../ports/job-archive.ts';
import type { JobRuntime, JobSnapshot } from '../ports/job-runtime.ts';
import { type FindDependencies, findJob, findRunInput } from '../query/find-job.ts';
import type { ConcurrencyQuotas } from '../submit/concurrency-quota.ts';
import { invalidRequest } from '../validation/invalid-request.ts';

/** Milliseconds that a rerun waits for a workflow that still delivers the callback of the ended run. */
const CLOSING_TIMEOUT_MS = 5000;

export interface RerunDependencies extends FindDependencies {
  readonly runtime: Pick<JobRuntime, 'get' | 'runInput' | 'start'>;
  readonly archive: Pick<JobArchive, 'record' | 'isDeleted' | 'eraseWork'>;
  readonly quotas: ConcurrencyQuotas;
}

/**
 * Starts the next run of a job. When another rerun starts first, returns that one.
 *
 * @throws job_still_active, job_not_rerunnable, invalid_request, too_many_jobs
 */
export async function rerunJob(
  dependencies: RerunDependencies,
  { job, fingerprint }: JobSnapshot,
  request: RerunRequest,
): Promise<Job> {
  const { runtime, quotas } = dependencies;
  const { id } = job;
  const { runInput, expiredSince } = await prepareRerun(dependencies, job, request);
  await quotas.of(job.tenant).acquire();
  // Expired checkpoints may be erased at any moment, so the next run must not build on some of them.
  if (expiredSince) await eraseWork(dependencies, job, expiredSince);
  for (const deadline = Date.now() + CLOSING_TIMEOUT_MS; ; await sleep(100)) {
    if (await runtime.start({ ...runInput, fingerprint }, {})) return initialJob(runInput);
    const { job: now } = await findJob(dependencies, job);
    if (now.run >= runInput.run) return now;
    if (Date.now() < deadline) continue;
    const message = `Job "${id}" has ended and still delivers its callback; run it again in a few seconds`;
    throw new DarkroomError('job_still_active', message, { details: { state: now.state } });
  }
}

/**
 * Returns the input of the next run of a job.
 *
 * @throws job_still_active, job_not_rerunnable, invalid_request
 */
export async function prepareRerun(
  dependencies: FindDependencies,
  job: Job,
  request: RerunRequest,
): Promise<{ readonly runInput: RunInput; readonly expiredSince: Date | null }> {
  const { id, state } = job;
  if (!isTerminal(state)) {
    const message = `Job "${id}" is ${state}; cancel it or wait for its end before you run it again`;
    throw new DarkroomError('job_still_active', message, { details: { state } });
  }
  const earlier = await findRunInput(dependencies, job);
  const expiredSince = workExpiredSince(job, earlier);
  // After a run was reset in Temporal, the record may be of a later one.
  const recorded = await dependencies.archive.record(job);
  const run = Math.max(job.run, recorded?.job.run ?? 0) + 1;
  return { runInput: buildRerunInput(earlier, job, run, request, expiredSince !== null), expiredSince };
}

/** Erases checkpoints written before `until`; a concurrent rerun may have written newer ones. */
async function eraseWork({ archive }: RerunDependencies, job: Job, until: Date): Promise<void> {
  const record = await archive.record(job);
  if (record?.job.run === job.run) await archive.eraseWork(record, until);
}

export interface RerunRequest {
  /** The first stage, or in a pipeline the first step, that is computed anew; all of them when left out. */
  readonly from?: string | undefined;
  /** `failed`: only what failed is fetched and computed again, and added to what there is. */
  readonly assets?: 'failed' | undefined;
  /** For people: shown with the job. */
  readonly reason?: string | undefined;
}

/**
 * The input of the next run. Assets that are here are not fetched again; those that could not be fetched are, unless the
 * stages that would need them are kept. `anew`: nothing is there any more to build on. Throws invalid_request.
 */
function buildRerunInput(
  earlier: RunInput,
  job: Job,
  run: number,
  { from, assets, reason }: RerunRequest,
  anew: boolean,
): RunInput {
  if (from !== undefined && assets !== undefined)
    throw invalidRequest([{ pointer: '/assets', detail: 'cannot be given together with from' }]);
  const plan = planRerun(earlier, from);
  if (earlier.awaiting !== null) {
    throw new DarkroomError(
      'job_not_rerunnable',
      `Job "${job.id}" ended before its assets were complete; submit it again`,
    );
  }
  const { rerun_reason: _, ...header } = earlier.header;
  return {
    ...earlier,
    header: { ...header, ...(reason !== undefined && { rerun_reason: reason }) },
    run,
    requestedAt: new Date().toISOString(),
    refetch: from === undefined || anew,
    steps: earlier.steps.map((step) => ({
      ...step,
      // Who runs a job again wants its results computed.
      reuse: false,
      collected: step.collected && (anew || plan(step, 0)) ? { ...step.collected, run } : step.collected,
      stages: step.stages.map((stage, index) => {
        if (anew) return { ...stage, run, retriesFailuresOf: null };
        if (!plan(step, index)) return { ...stage, retriesFailuresOf: null };
        // A stage that takes all assets together has nothing to add to. Files of steps that run again may come in another order.
        const adds = assets === 'failed' && stage.perAsset && step.collected === null;
        return { ...stage, run, retriesFailuresOf: adds ? stage.run : null };
      }),
    })),
    result: job.result,
  };
}

/** Returns a function that returns whether a stage of a step is computed anew. Throws invalid_request for an unknown `from`. */
function planRerun(
  { header, steps }: RunInput,
  from: string | undefined,
): (step: StepInput, stage: number) => boolean {
  if (from === undefined) return () => true;
  const isPipeline = header.operation === PIPELINE;
  const names = (isPipeline ? steps : (steps[0]?.stages ?? [])).map(({ name }) => name);
  const first = names.indexOf(from);
  if (first < 0) {
    const what = isPipeline ? 'The pipeline has no step' : `${header.operation} has no stage`;
    throw invalidRequest([{ pointer: '/from', detail: `${what} "${from}"; it has ${names.join(', ')}` }]);
  }
  if (!isPipeline) return (_, stage) => stage >= first;
  const following = withDependents(steps, new Set([from]));
  return ({ name }) => following.has(name);
}
