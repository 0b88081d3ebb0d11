/** All jobs in one order that stays: the latest submission first, whatever becomes of the jobs meanwhile. */
import { z } from '@hono/zod-openapi';
import type { Job } from '../jobs/job.ts';
import type { DialectJobs } from '../jobs/scope.ts';
import type { JobState } from '../jobs/states.ts';
import { invalid } from '../jobs/validation.ts';

/** Jobs that one question to Temporal brings, and jobs in all; older ones are in the native list. */
const PAGE = 200;
const MAX_JOBS = 10_000;

/** `states`: only jobs in one of these, in the order in which a job goes through them. */
export async function allJobs(
  jobs: DialectJobs,
  tenant: string,
  states: readonly JobState[] | null = null,
): Promise<Job[]> {
  // A job that goes on while its list is read comes twice, the later look second.
  const found = new Map<string, Job>();
  for (const state of states ?? [undefined]) {
    let cursor: string | undefined;
    do {
      const page = await jobs.list(tenant, { state }, { limit: PAGE, cursor });
      for (const job of page.jobs) found.set(job.id, job);
      cursor = page.cursor ?? undefined;
    } while (cursor !== undefined && found.size < MAX_JOBS);
  }
  return [...found.values()].sort((a, b) => compare(placeOf(b), placeOf(a)));
}

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
  /** Null on the last page. */
  readonly next: string | null;
}

/** `cursor`: the place of the last job of the page before. Throws invalid_request when it is none. */
export function pageOf(jobs: readonly Job[], limit: number, cursor: string | undefined): Page {
  const after = cursor === undefined ? null : fromCursor(cursor);
  const rest = after === null ? jobs : jobs.filter((job) => compare(placeOf(job), after) < 0);
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  const next = last && page.length < rest.length ? toCursor(placeOf(last)) : null;
  return { jobs: page, next };
}

/** Timestamps of one form sort as text, and an id has no space. */
const placeOf = ({ created_at, id }: Job): string => `${created_at} ${id}`;

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

const toCursor = (place: string): string => Buffer.from(place).toString('base64url');

function fromCursor(cursor: string): string {
  const place = Buffer.from(cursor, 'base64url').toString();
  if (/^\d{4}-\S+Z \S+$/.test(place)) return place;
  throw invalid([{ pointer: '/cursor', detail: 'is not a cursor of this list' }]);
}
