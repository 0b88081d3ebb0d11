/** Cancels, pauses and resumes jobs. */
import { setTimeout as sleep } from 'node:timers/promises';
import { DarkroomError } from '../../errors.ts';
import type { Job } from '../model/job.ts';
import { isTerminal } from '../model/states.ts';
import type { ControlSignal, JobRuntime } from '../ports/job-runtime.ts';
import { type FindDependencies, findJob } from '../query/find-job.ts';

/** Milliseconds that a call waits for a worker to act on a signal, so that its answer shows the effect. */
const EFFECT_TIMEOUT_MS = 1000;

const participles = { cancel: 'cancelled', pause: 'paused', resume: 'resumed' } as const satisfies Record<
  ControlSignal,
  string
>;

export interface ControlDependencies extends FindDependencies {
  readonly runtime: Pick<JobRuntime, 'get' | 'runInput' | 'signal'>;
}

/**
 * Sends a signal to a running job.
 *
 * @returns the job once the signal has an effect, at the latest after a second
 * @throws job_not_active when the job has ended.
 */
export async function controlJob(
  dependencies: ControlDependencies,
  job: Job,
  signal: ControlSignal,
  reason?: string,
): Promise<Job> {
  const { id, state } = job;
  if (isTerminal(state)) {
    const message = `Job "${id}" is ${state}; only a running job can be ${participles[signal]}`;
    throw new DarkroomError('job_not_active', message, { details: { state } });
  }
  await dependencies.runtime.signal(job, signal, reason);
  for (const deadline = Date.now() + EFFECT_TIMEOUT_MS; ; await sleep(50)) {
    const { job: now } = await findJob(dependencies, job);
    if (hasEffect(now, signal) || Date.now() > deadline) return now;
  }
}

const hasEffect = ({ state, paused }: Job, signal: ControlSignal): boolean =>
  isTerminal(state) || (signal !== 'cancel' && paused === (signal === 'pause'));
