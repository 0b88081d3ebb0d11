import type { Darkroom, JobPage } from '../../src/client/client.ts';
import { hrefTo, type JobsQuery } from '../lib/route.ts';
import { useClient } from '../lib/session.ts';
import { type Loaded, useLoaded } from '../lib/use-loaded.ts';
import { toFilter } from './to-filter.ts';

const REFRESH_MS = 2000;
const LIMIT = 50;

/** Recently loaded pages of each session: navigating back shows them at once and keeps the scroll position. */
const cachedPages = new WeakMap<Darkroom, Map<string, JobPage>>();
const MAX_CACHED = 20;

/** Loads a page of jobs; the first page refreshes itself. */
export function useJobs(query: JobsQuery): Loaded<JobPage> {
  const { cursor } = query;
  const client = useClient();
  const key = hrefTo.jobs(query);
  const cache = cachedPages.get(client) ?? new Map<string, JobPage>();
  cachedPages.set(client, cache);
  return useLoaded(
    key,
    async (signal) => {
      const page = await client.page(toFilter(query), { cursor, limit: LIMIT, signal });
      cache.delete(key);
      cache.set(key, page);
      for (const oldest of [...cache.keys()].slice(0, -MAX_CACHED)) cache.delete(oldest);
      return page;
    },
    { refreshMs: cursor === undefined ? REFRESH_MS : null, initialValue: cache.get(key) ?? null },
  );
}
