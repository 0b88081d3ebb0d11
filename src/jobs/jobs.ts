/** Reads and changes jobs, for every API alike. */
import { deleteJob } from './lifecycle/deletion.ts';
import type { JobRef } from './model/run-input.ts';
import { OpenedJob, type OpenedJobDependencies } from './opened-job.ts';
import type { JobCounts, JobFilter, JobPage } from './ports/job-runtime.ts';
import { findJob, jobNotFound } from './query/find-job.ts';
import { JobList, type PageRequest } from './query/job-list.ts';
import { ShownEnds } from './query/shown-ends.ts';

export type JobsDependencies = Omit<OpenedJobDependencies, 'shownEnds'>;

/** Which jobs a caller may see, beside those of its tenant. */
export interface JobScope {
  /** Only jobs submitted through this API; omitted: jobs of every API. */
  readonly dialect?: string | undefined;
}

export class Jobs {
  readonly #dependencies: OpenedJobDependencies;
  readonly #list: JobList;

  constructor(dependencies: JobsDependencies) {
    this.#dependencies = { ...dependencies, shownEnds: new ShownEnds() };
    this.#list = new JobList(dependencies);
  }

  /**
   * Finds a job once. The returned view serves a whole request.
   *
   * @throws job_not_found also for a deleted or expired job, and for a job of another dialect; temporal_unavailable while
   * Temporal does not answer and the store has no record of the job.
   * @example
   * const job = await jobs.open(ref, { dialect: 'e2e3d' });
   * const { manifest } = await job.result();
   */
  async open(ref: JobRef, { dialect }: JobScope = {}): Promise<OpenedJob> {
    const snapshot = await findJob(this.#dependencies, ref);
    if (dialect !== undefined && snapshot.job.dialect !== dialect) throw jobNotFound(ref);
    return new OpenedJob(this.#dependencies, snapshot);
  }

  /** See {@link JobList.page}. */
  list(tenant: string, filter: JobFilter, page: PageRequest): Promise<JobPage> {
    return this.#list.page(tenant, filter, page);
  }

  /** See {@link JobList.counts}. */
  counts(tenant: string, filter: JobFilter): Promise<JobCounts> {
    return this.#list.counts(tenant, filter);
  }

  /** See {@link JobList.count}. */
  count(tenant: string, filter: JobFilter, limit: number): Promise<number> {
    return this.#list.count(tenant, filter, limit);
  }

  /**
   * Stops a job if it runs and erases everything stored for it. Its id stays taken.
   *
   * @throws job_not_found also when the job was deleted before; an interrupted deletion is finished first.
   */
  async delete(ref: JobRef, scope: JobScope = {}): Promise<void> {
    await deleteJob(this.#dependencies, ref, async () => (await this.open(ref, scope)).job);
  }
}
