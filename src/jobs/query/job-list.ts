/** Lists and counts jobs, across the runtime and the store. */

import { hasCode } from '../../errors.ts';
import { TtlCache } from '../../lib/ttl-cache.ts';
import { isTerminal } from '../model/states.ts';
import type { JobArchive } from '../ports/job-archive.ts';
import type { JobCounts, JobFilter, JobPage, JobRuntime } from '../ports/job-runtime.ts';
import { invalidRequest } from '../validation/invalid-request.ts';
import { isGone } from './find-job.ts';

/** Stored records read to fill up one page. */
const RECORDS_PER_PAGE = 100;

/** Counting stored jobs means reading each record, so counts are cached: for so many milliseconds, and so many of them. */
const COUNT_TTL_MS = 10 * 60_000;
const MAX_COUNTS = 1000;

export interface PageRequest {
  readonly limit: number;
  /** The cursor of the page before; omitted: the first page. */
  readonly cursor?: string | undefined;
}

export interface JobListDependencies {
  readonly runtime: Pick<JobRuntime, 'list' | 'count' | 'retainedSince'>;
  readonly archive: Pick<JobArchive, 'list' | 'isDeleted'>;
}

/** Cursors name the source that a list continues in: `t.…` Temporal, `s.…` the store. */
export class JobList {
  readonly #runtime: JobListDependencies['runtime'];
  readonly #archive: JobListDependencies['archive'];
  readonly #storedCounts = new TtlCache<number>(COUNT_TTL_MS, MAX_COUNTS);

  constructor({ runtime, archive }: JobListDependencies) {
    this.#runtime = runtime;
    this.#archive = archive;
  }

  /**
   * Returns a page of a tenant's jobs in the order of `JobRuntime.list`: first the jobs that Temporal knows, then those that
   * only the store has. While Temporal does not answer, the first page has the ended jobs of the store.
   *
   * @throws invalid_request for a malformed cursor; temporal_unavailable for a later page, and for a list of running jobs.
   */
  async page(tenant: string, filter: JobFilter, { limit, cursor }: PageRequest): Promise<JobPage> {
    const [source, position] = splitCursor(cursor);
    if (source === 's') {
      const before = position ? undefined : await this.#runtime.retainedSince();
      return this.#storedPage(tenant, filter, { limit, cursor: position, before });
    }
    try {
      return await this.#runtimePage(tenant, filter, { limit, cursor: position });
    } catch (error) {
      const runningOnly = filter.unfinished || (filter.state !== undefined && !isTerminal(filter.state));
      if (!hasCode(error, 'temporal_unavailable') || position || runningOnly) throw error;
      return { ...(await this.#storedPage(tenant, filter, { limit })), partial: true };
    }
  }

  /**
   * Counts the jobs that Temporal knows, by how they stand.
   *
   * @throws temporal_unavailable
   */
  async counts(tenant: string, filter: JobFilter): Promise<JobCounts> {
    const count = (more: JobFilter) => this.#runtime.count(tenant, { ...filter, ...more });
    const [unfinished, completed, failed, cancelled, since] = await Promise.all([
      count({ unfinished: true }),
      count({ state: 'completed' }),
      count({ state: 'failed' }),
      count({ state: 'cancelled' }),
      this.#runtime.retainedSince(),
    ]);
    return { unfinished, completed, failed, cancelled, since };
  }

  /**
   * Returns about how many jobs `page` would list, up to `limit`. The part that only the store has may be ten minutes old.
   *
   * @throws temporal_unavailable
   */
  async count(tenant: string, filter: JobFilter, limit: number): Promise<number> {
    const known = await this.#runtime.count(tenant, filter);
    if (known >= limit) return known;
    const key = JSON.stringify([tenant, filter, limit]);
    return known + (await this.#storedCounts.get(key, () => this.#countStored(tenant, filter, limit)));
  }

  /** The last page of the runtime is filled up with stored jobs. */
  async #runtimePage(tenant: string, filter: JobFilter, page: PageRequest): Promise<JobPage> {
    const { jobs, cursor } = await this.#withoutGone(await this.#runtime.list(tenant, filter, page));
    if (cursor) return { jobs, cursor: `t.${cursor}` };
    const limit = Math.max(1, page.limit - jobs.length);
    const before = await this.#runtime.retainedSince();
    const stored = await this.#storedPage(tenant, filter, { limit, before, looks: RECORDS_PER_PAGE });
    if (jobs.length === page.limit)
      return { jobs, cursor: stored.jobs.length > 0 || stored.cursor ? 's.' : null };
    // Temporal drops jobs a little later than `retainedSince`, so both may list the same job.
    const listed = new Set(jobs.map(({ id }) => id));
    return { jobs: [...jobs, ...stored.jobs.filter(({ id }) => !listed.has(id))], cursor: stored.cursor };
  }

  async #storedPage(
    tenant: string,
    filter: JobFilter,
    page: Parameters<JobArchive['list']>[2],
  ): Promise<JobPage> {
    const { jobs, cursor } = await this.#withoutGone(await this.#archive.list(tenant, filter, page));
    return { jobs, cursor: cursor && `s.${cursor}` };
  }

  async #countStored(tenant: string, filter: JobFilter, limit: number): Promise<number> {
    let count = 0;
    for (let cursor: string | null = 's.'; cursor !== null && count < limit; ) {
      const page: JobPage = await this.page(tenant, filter, { limit: RECORDS_PER_PAGE, cursor });
      count += page.jobs.length;
      cursor = page.cursor;
    }
    return count;
  }

  async #withoutGone(page: JobPage): Promise<JobPage> {
    const gone = await Promise.all(page.jobs.map((job) => isGone(this.#archive, job)));
    return { ...page, jobs: page.jobs.filter((_, index) => !gone[index]) };
  }
}

function splitCursor(cursor: string | undefined): ['t' | 's', string | undefined] {
  if (!cursor) return ['t', undefined];
  if (!/^[ts]\./.test(cursor))
    throw invalidRequest([{ pointer: '/cursor', detail: 'is not a cursor of this list' }]);
  return [cursor.startsWith('s') ? 's' : 't', cursor.slice(2) || undefined];
}
