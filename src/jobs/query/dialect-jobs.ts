/** The jobs of one dialect: those of another are not there for its clients. */
import { DarkroomError } from '../../errors.ts';
import type { Job } from '../model/job.ts';
import type { JobRef } from '../model/run-input.ts';
import type { OpenFile, StoredResult } from '../ports/job-archive.ts';
import type { ControlSignal, JobFilter, JobPage, JobSnapshot } from '../ports/job-runtime.ts';
import type { JobService } from './job-service.ts';

export class DialectJobs {
  readonly #service: JobService;
  readonly #dialect: string;

  constructor(service: JobService, dialect: string) {
    this.#service = service;
    this.#dialect = dialect;
  }

  /** Throws job_not_found, also for a job of another dialect. */
  async look(ref: JobRef): Promise<JobSnapshot> {
    const snapshot = await this.#service.look(ref);
    if (snapshot.job.dialect === this.#dialect) return snapshot;
    throw new DarkroomError('job_not_found', `There is no job "${ref.id}"`);
  }

  async get(ref: JobRef): Promise<Job> {
    return (await this.look(ref)).job;
  }

  list(
    tenant: string,
    filter: Omit<JobFilter, 'dialect'>,
    page: { limit: number; cursor?: string | undefined },
  ): Promise<JobPage> {
    return this.#service.list(tenant, { ...filter, dialect: this.#dialect }, page);
  }

  /** See `JobService.count`. */
  count(tenant: string, filter: Omit<JobFilter, 'dialect'>, most: number): Promise<number> {
    return this.#service.count(tenant, { ...filter, dialect: this.#dialect }, most);
  }

  async control(ref: JobRef, signal: ControlSignal, reason?: string): Promise<Job> {
    await this.look(ref);
    return this.#service.control(ref, signal, reason);
  }

  async result(ref: JobRef): Promise<StoredResult> {
    await this.look(ref);
    return this.#service.result(ref);
  }

  async file(ref: JobRef, path: string): Promise<OpenFile> {
    await this.look(ref);
    return this.#service.file(ref, path);
  }

  async delete(ref: JobRef): Promise<void> {
    await this.look(ref);
    return this.#service.delete(ref);
  }
}
