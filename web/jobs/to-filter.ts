import type { JobFilter } from '../../src/client/client.ts';
import type { JobsQuery } from '../lib/route.ts';

/** Converts the query of the page to the filter of the client. */
export const toFilter = ({ cursor: _, id_prefix: idPrefix, unfinished, ...filter }: JobsQuery): JobFilter =>
  ({ ...filter, idPrefix, unfinished: unfinished === 'true' }) as JobFilter;

/** Whether the query selects some of the jobs. */
export const isFiltered = ({ cursor: _, ...filter }: JobsQuery): boolean =>
  Object.values(filter).some((value) => value !== undefined);
