import type { Darkroom, JobPage } from '../../src/client/client.ts';
import { hrefTo, type JobsQuery } from '../lib/route.ts';
import { useClient } from '../lib/session.ts';
import { type Loaded, useLoaded } from '../lib/use-loaded.ts';

const EVERY_MS = 2000;
const LIMIT = 50;

/** The last pages seen, of each session: who comes back sees the same at once, at the place where they were. */
const seenBy = new WeakMap<Darkroom, Map<string, JobPage>>();
const MOST_SEEN = 20;

/** A page of jobs; the first one follows what happens. */
export function useJobs({ cursor, ...filter }: JobsQuery): Loaded<JobPage> {
  const client = useClient();
  const key = hrefTo.jobs({ ...filter, ...(cursor && { cursor }) });
  const seen = seenBy.get(client) ?? new Map<string, JobPage>();
  seenBy.set(client, seen);
  return useLoaded(
    key,
    async (signal) => {
      const page = await client.page(filter, { cursor, limit: LIMIT, signal });
      seen.delete(key);
      seen.set(key, page);
      for (const oldest of [...seen.keys()].slice(0, -MOST_SEEN)) seen.delete(oldest);
      return page;
    },
    { everyMs: cursor === undefined ? EVERY_MS : null, known: seen.get(key) ?? null },
  );
}
