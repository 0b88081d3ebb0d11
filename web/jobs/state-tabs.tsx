import type { JobCounts } from '../../src/client/client.ts';
import { hrefTo, type JobsQuery } from '../lib/route.ts';
import { useClient } from '../lib/session.ts';
import { useLoaded } from '../lib/use-loaded.ts';
import { toFilter } from './to-filter.ts';

const REFRESH_MS = 10_000;

interface StateTab {
  readonly name: string;
  readonly query: Pick<JobsQuery, 'state' | 'unfinished'>;
  /** Null: the tab has no count. */
  readonly count: Exclude<keyof JobCounts, 'since'> | null;
}

const tabs: readonly StateTab[] = [
  { name: 'All', query: {}, count: null },
  { name: 'Unfinished', query: { unfinished: 'true' }, count: 'unfinished' },
  { name: 'Completed', query: { state: 'completed' }, count: 'completed' },
  { name: 'Failed', query: { state: 'failed' }, count: 'failed' },
  { name: 'Cancelled', query: { state: 'cancelled' }, count: 'cancelled' },
];

/** Links that select jobs by state, with the number of jobs. Without an answer of Temporal there are no numbers. */
export function StateTabs({ query }: { query: JobsQuery }) {
  const client = useClient();
  const { state, unfinished, cursor: _, ...rest } = query;
  const { state: _state, unfinished: _unfinished, ...filter } = toFilter(rest);
  const { value, problem } = useLoaded(
    `counts ${hrefTo.jobs(rest)}`,
    (signal) => client.counts(filter, { signal }),
    { refreshMs: REFRESH_MS },
  );
  const counts = problem ? null : value;
  return (
    <nav class="state-tabs" aria-label="State">
      {tabs.map(({ name, query: own, count }) => {
        const isCurrent = own.state === state && own.unfinished === unfinished;
        return (
          <a
            key={name}
            href={hrefTo.jobs({ ...rest, ...own })}
            aria-current={isCurrent ? 'true' : undefined}
            title={count !== null && counts ? `Since ${new Date(counts.since).toLocaleString()}` : undefined}
          >
            {name}
            {count !== null && counts && <span class="count"> {counts[count].toLocaleString('en')}</span>}
          </a>
        );
      })}
    </nav>
  );
}
