import { z } from '@hono/zod-openapi';
import { LRUCache } from 'lru-cache';
import { hasCode } from '../../errors.ts';
import type { Jobs } from '../../jobs/jobs.ts';
import type { Job } from '../../jobs/model/job.ts';
import type { JobState } from '../../jobs/model/states.ts';
import { invalidRequest } from '../../jobs/validation/invalid-request.ts';
import { TtlCache } from '../../lib/ttl-cache.ts';
import { JobReading, MAX_JOBS, sortKey } from './job-reading.ts';

/** Milliseconds for which the next page continues the reading of the previous one. */
const READING_MS = 2000;

/** Maximum number of cached readings. Each may have megabytes. */
const MAX_READINGS = 4;

/** Milliseconds for which a total from Temporal is cached. */
const TOTAL_MS = 5000;
const MAX_TOTALS = 1000;

/** Query parameters for paging. */
export const pageQuery = {
  limit: z
    .string()
    .regex(/^[1-9]\d{0,5}$/, 'must be a whole number, and at least 1')
    .transform(Number)
    .optional()
    .openapi({ type: 'integer', minimum: 1, description: 'Maximum number of jobs; default: all' }),
  cursor: z.string().optional().openapi({ description: '`next_cursor` of the previous page' }),
};

interface Page {
  readonly jobs: readonly Job[];
  /** Number of jobs in the list. For a long list it may be some seconds old. */
  readonly total: number;
  /** Null on the last page. */
  readonly next: string | null;
}

interface PageQuery {
  readonly tenant: string;
  /** Only jobs in one of these states, in the order of the life cycle; null: all. */
  readonly states: readonly JobState[] | null;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

/** Pages of jobs, latest submission first. The order is stable while jobs change state. */
export class JobLists {
  readonly #jobs: Jobs;
  readonly #dialect: string;
  readonly #readings: LRUCache<string, JobReading>;
  readonly #totals = new TtlCache<number>(TOTAL_MS, MAX_TOTALS);

  constructor(jobs: Jobs, dialect: string, readingMs = READING_MS) {
    this.#jobs = jobs;
    this.#dialect = dialect;
    this.#readings = new LRUCache({ max: MAX_READINGS, ttl: readingMs, ttlAutopurge: true });
  }

  /**
   * Returns one page. Stops reading once `client` aborts.
   *
   * @throws invalid_request if the cursor is invalid
   */
  async page(query: PageQuery, client: AbortSignal): Promise<Page> {
    const { limit = Number.POSITIVE_INFINITY, cursor } = query;
    const after = cursor === undefined ? null : parseCursor(cursor);
    const reading = this.#openReading(query);
    // One more job shows whether there is another page.
    await reading.read(limit + 1, after, client);
    const rest = reading.settled(after);
    const jobs = rest.slice(0, limit);
    const last = jobs.at(-1);
    const next = last && jobs.length < rest.length ? toCursor(sortKey(last)) : null;
    return { jobs, total: await this.#countJobs(query, reading, client), next };
  }

  /** A cursor may continue a cached reading: jobs submitted since then come before the cursor. */
  #openReading({ tenant, states, cursor }: PageQuery): JobReading {
    const key = cacheKey(tenant, states);
    const cached = cursor === undefined ? undefined : this.#readings.get(key);
    if (cached) return cached;
    const reading = new JobReading(this.#jobs, { tenant, dialect: this.#dialect, states });
    this.#readings.set(key, reading);
    return reading;
  }

  async #countJobs({ tenant, states }: PageQuery, reading: JobReading, client: AbortSignal): Promise<number> {
    if (reading.complete || client.aborted) return reading.size;
    // Lists of several states have only unfinished jobs. They are always read completely.
    const count = () => this.#jobs.count(tenant, { dialect: this.#dialect, state: states?.[0] }, MAX_JOBS);
    try {
      const counted = await this.#totals.get(cacheKey(tenant, states), count);
      return Math.max(reading.size, Math.min(counted, MAX_JOBS));
    } catch (error) {
      if (!hasCode(error, 'temporal_unavailable')) throw error;
      await reading.read(Number.POSITIVE_INFINITY, null, client);
      return reading.size;
    }
  }
}

const cacheKey = (tenant: string, states: readonly JobState[] | null): string =>
  [tenant, ...(states ?? [])].join(' ');

const toCursor = (key: string): string => Buffer.from(key).toString('base64url');

function parseCursor(cursor: string): string {
  const key = Buffer.from(cursor, 'base64url').toString();
  if (/^\d{4}-\S+Z \S+$/.test(key)) return key;
  throw invalidRequest([{ pointer: '/cursor', detail: 'is not a cursor of this list' }]);
}
