/** One job, found once for a request. */
import { DarkroomError } from '../errors.ts';
import { controlJob } from './lifecycle/control.ts';
import { planRerun } from './lifecycle/plan-rerun.ts';
import { redeliver } from './lifecycle/redelivery.ts';
import { type RerunRequest, rerunJob } from './lifecycle/rerun.ts';
import type { Delivery } from './model/delivery.ts';
import type { Job } from './model/job.ts';
import type { LogEntry } from './model/job-log.ts';
import type { JobPlan } from './model/job-plan.ts';
import type { PendingActivity } from './model/pending-activity.ts';
import type { RequestView } from './model/request-view.ts';
import { isTerminal } from './model/states.ts';
import type { Moment } from './model/timeline.ts';
import type { JobArchive, OpenFile, ReadableFile, StoredResult } from './ports/job-archive.ts';
import type { ControlSignal, JobRuntime, JobSnapshot } from './ports/job-runtime.ts';
import { followLog, type LogUpdate } from './query/follow-log.ts';
import { LogReader } from './query/log-reader.ts';
import { readRequest } from './query/read-request.ts';
import type { ShownEnds } from './query/shown-ends.ts';
import type { Watcher } from './query/watcher.ts';
import type { ConcurrencyQuotas } from './submit/concurrency-quota.ts';

export interface OpenedJobDependencies {
  readonly runtime: JobRuntime;
  readonly archive: JobArchive;
  readonly quotas: ConcurrencyQuotas;
  readonly shownEnds: ShownEnds;
}

/** The state of a job when it was opened, and everything that can be read or done from there. */
export class OpenedJob implements JobSnapshot {
  readonly job: Job;
  readonly fingerprint: string;
  readonly timeline: readonly Moment[];
  readonly pending: readonly PendingActivity[];
  readonly #dependencies: OpenedJobDependencies;

  constructor(dependencies: OpenedJobDependencies, { job, fingerprint, timeline, pending }: JobSnapshot) {
    this.#dependencies = dependencies;
    this.job = job;
    this.fingerprint = fingerprint;
    this.timeline = timeline;
    this.pending = pending ?? [];
  }

  /**
   * Returns the latest result. The result of an earlier run stays available while a rerun is active.
   *
   * @throws result_not_ready with the state in `details`.
   */
  async result(): Promise<StoredResult> {
    const { id, state, error, result } = this.job;
    const stored = result && (await this.#dependencies.archive.result(this.job, result.run));
    if (stored) return stored;
    throw new DarkroomError(
      'result_not_ready',
      `Job "${id}" ${isTerminal(state) ? `ended as ${state}` : `is ${state}`} and has no result`,
      { details: { state, error } },
    );
  }

  /**
   * Returns one result file.
   *
   * @throws result_not_ready, file_not_found
   */
  async file(path: string): Promise<OpenFile> {
    const { files } = await this.result();
    const file = files.find(({ entry }) => entry.path === path);
    if (file) return file;
    throw new DarkroomError(
      'file_not_found',
      `Job "${this.job.id}" has no file "${path}"; see its list of files`,
    );
  }

  /**
   * Returns an asset as it was downloaded. It is kept as long as the job can be run again.
   *
   * @param index position in the submitted list, from 0
   * @throws file_not_found
   */
  async asset(index: number): Promise<ReadableFile> {
    const found = await this.#dependencies.archive.asset(this.job, this.fingerprint, index);
    if (found) return found;
    throw new DarkroomError(
      'file_not_found',
      `Job "${this.job.id}" has no bytes of asset ${index}: it was not downloaded, is a file on the server, or was deleted since`,
    );
  }

  /**
   * Returns the submitted request, without secrets.
   *
   * @throws job_not_rerunnable when the request is no longer stored.
   */
  request(): Promise<RequestView> {
    return readRequest(this.#dependencies, this.job);
  }

  /** Returns the log so far, by time. */
  log(signal: AbortSignal): Promise<LogEntry[]> {
    return new LogReader(this.#dependencies.archive).readNew(this, signal);
  }

  /** Yields the log so far, and what is new up to the end of the job; see {@link followLog}. */
  followLog(watcher: Watcher, signal: AbortSignal): AsyncGenerator<LogUpdate, void> {
    return followLog({ archive: this.#dependencies.archive, watcher }, this.job, signal);
  }

  /** Returns the callbacks that were sent or are scheduled, earliest first. */
  deliveries(): Promise<Delivery[]> {
    return this.#dependencies.archive.deliveries(this.job);
  }

  /**
   * Delivers a callback again: immediately, and on failure by its schedule.
   *
   * @param which the id of a delivery, or its position in `deliveries()`, from 1
   * @throws delivery_not_found, job_not_rerunnable
   */
  redeliver(which: string): Promise<Delivery> {
    return redeliver(this.#dependencies, this.job, which);
  }

  /**
   * Cancels, pauses or resumes a running job. Waits up to a second for a worker to act.
   *
   * @returns the job afterwards
   * @throws job_not_active when the job has ended.
   */
  control(signal: ControlSignal, reason?: string): Promise<Job> {
    return controlJob(this.#dependencies, this.job, signal, reason);
  }

  /**
   * Runs an ended job again under the same id.
   *
   * @returns the job in its next run
   * @throws job_still_active, job_not_rerunnable, invalid_request, too_many_jobs
   */
  rerun(request: RerunRequest): Promise<Job> {
    return rerunJob(this.#dependencies, this, request);
  }

  /**
   * Returns what `rerun` would compute. Starts nothing.
   *
   * @throws as `rerun`
   */
  planRerun(request: RerunRequest): Promise<JobPlan> {
    return planRerun(this.#dependencies, this.job, request);
  }
}
