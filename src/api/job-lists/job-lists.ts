/** Pages of all jobs in one order that stays: the latest submission first, whatever becomes of the jobs meanwhile. */

import { z } from '@hono/zod-openapi';
import { LRUCache } from 'lru-cache';
import { hasCode } from '../../errors.ts';
import type { Jobs } from '../../jobs/jobs.ts';
import type { Job } from '../../jobs/model/job.ts';
import type { JobState } from '../../jobs/model/states.ts';
import { invalidRequest } from '../../jobs/validation/invalid-request.ts';
import { TtlCache } from '../../lib/ttl-cache.ts';
import { JobReading, MAX_JOBS, placeOf } from './job-reading.ts';

/** Milliseconds for which the next page continues from what was read for the previous one. */
const WALK_MS = 2000;

/** Maximum number of lists kept for that. Each may have megabytes. */
const MAX_WALKS = 4;

/** How long a total is good that had to be counted. */
const TOTAL_MS = 5000;
const MAX_TOTALS = 1000;

/** What a client may ask of a list, beside what it is to have. */
export const pageQuery = {
  limit: z
    .string()
    .regex(/^[1-9]\d{0,5}$/, 'must be a whole number, and at least 1')
    .transform(Number)
    .optional()
    .openapi({ type: 'integer', minimum: 1, description: 'Jobs of a page; default: all' }),
  cursor: z.string().optional().openapi({ description: '`next_cursor` of the page before' }),
};

interface Page {
  readonly jobs: readonly Job[];
  /** Jobs of the list; of a long one that is not read to its end as many as were counted some seconds ago. */
  readonly total: number;
  /** Null on the last page. */
  readonly next: string | null;
}

interface Wanted {
  readonly tenant: string;
  /** Only jobs in one of these, in the order in which a job goes through them; null: all. */
  readonly states: readonly JobState[] | null;
  readonly limit?: number | undefined;
  /** The place of the last job of the page before. */
  readonly cursor?: string | undefined;
}

export class JobLists {
  readonly #jobs: Jobs;
  readonly #dialect: string;
  readonly #walks: LRUCache<string, JobReading>;
  readonly #totals = new TtlCache<number>(TOTAL_MS, MAX_TOTALS);

  constructor(jobs: Jobs, dialect: string, walkMs = WALK_MS) {
    this.#jobs = jobs;
    this.#dialect = dialect;
    this.#walks = new LRUCache({ max: MAX_WALKS, ttl: walkMs, ttlAutopurge: true });
  }

  /** Nobody reads on once the `client` has left. Throws invalid_request when the cursor is none. */
  async page(wanted: Wanted, client: AbortSignal): Promise<Page> {
    const { limit = Number.POSITIVE_INFINITY, cursor } = wanted;
    const after = cursor === undefined ? null : fromCursor(cursor);
    const reading = this.#readingOf(wanted);
    // One more, to know whether there is another page.
    await reading.read(limit + 1, after, client);
    const rest = reading.settled(after);
    const jobs = rest.slice(0, limit);
    const last = jobs.at(-1);
    const next = last && jobs.length < rest.length ? toCursor(placeOf(last)) : null;
    return { jobs, total: await this.#total(wanted, reading, client), next };
  }

  /** What was submitted since it began comes before all that a cursor leads to. */
  #readingOf({ tenant, states, cursor }: Wanted): JobReading {
    const key = nameOf(tenant, states);
    const begun = cursor === undefined ? undefined : this.#walks.get(key);
    if (begun) return begun;
    const reading = new JobReading(this.#jobs, { tenant, dialect: this.#dialect, states });
    this.#walks.set(key, reading);
    return reading;
  }

  async #total({ tenant, states }: Wanted, reading: JobReading, client: AbortSignal): Promise<number> {
    if (reading.complete || client.aborted) return reading.size;
    // Of several states none has ended, and such a list is read to its end.
    const count = () => this.#jobs.count(tenant, { dialect: this.#dialect, state: states?.[0] }, MAX_JOBS);
    try {
      const counted = await this.#totals.get(nameOf(tenant, states), count);
      return Math.max(reading.size, Math.min(counted, MAX_JOBS));
    } catch (error) {
      if (!hasCode(error, 'temporal_unavailable')) throw error;
      await reading.read(Number.POSITIVE_INFINITY, null, client);
      return reading.size;
    }
  }
}

const nameOf = (tenant: string, states: readonly JobState[] | null): string =>
  [tenant, ...(states ?? [])].join(' ');

const toCursor = (place: string): string => Buffer.from(place).toString('base64url');

function fromCursor(cursor: string): string {
  const place = Buffer.from(cursor, 'base64url').toString();
  if (/^\d{4}-\S+Z \S+$/.test(place)) return place;
  throw invalidRequest([{ pointer: '/cursor', detail: 'is not a cursor of this list' }]);
}
