import type { JobFilter } from '../../src/client/client.ts';
import type { JobsQuery } from '../lib/route.ts';

/** Converts the query of the page to the filter of the client. */
export function toFilter({ cursor: _, id_prefix, unfinished, label, ...filter }: JobsQuery): JobFilter {
  const at = label?.indexOf(':') ?? -1;
  return {
    ...filter,
    ...(id_prefix !== undefined && { idPrefix: id_prefix }),
    ...(unfinished === 'true' && { unfinished: true }),
    ...(label !== undefined && { labels: { [label.slice(0, at)]: label.slice(at + 1) } }),
  } as JobFilter;
}

/** Whether the query selects some of the jobs. */
export const isFiltered = ({ cursor: _, ...filter }: JobsQuery): boolean =>
  Object.values(filter).some((value) => value !== undefined);
