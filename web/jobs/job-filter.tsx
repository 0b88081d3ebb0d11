import { useRef } from 'preact/hooks';
import type { Operation } from '../../src/client/client.ts';
import { DAY_MS, HOUR_MS } from '../../src/lib/units.ts';
import { hrefTo, type JobsQuery } from '../lib/route.ts';
import { useClient } from '../lib/session.ts';
import { useLoaded } from '../lib/use-loaded.ts';
import { goTo } from '../lib/use-route.ts';
import { parseSearch, writeSearch } from './search-text.ts';

/** The APIs of darkroom. */
const dialects = ['native', 'common-application', 'e2e3d', 'guestkit', 'image-web', 'primaa'];

const periods = [
  ['last hour', HOUR_MS],
  ['last day', DAY_MS],
  ['last week', 7 * DAY_MS],
  ['last month', 30 * DAY_MS],
] as const;

/** The filters of the job list: a search by id or label, operation, API and time. */
export function JobFilter({ query }: { query: JobsQuery }) {
  const client = useClient();
  const { value } = useLoaded('operations', (signal) => client.operations({ signal }));
  const names = (value ?? []).map(({ name }: Operation) => name);
  const form = useRef<HTMLFormElement>(null);
  const { cursor: _, ...filter } = query;
  const show = (changed: JobsQuery) => goTo(hrefTo.jobs({ ...filter, ...changed }));
  const search = (text: string) => show({ id_prefix: undefined, label: undefined, ...parseSearch(text) });
  const select = (name: 'operation' | 'dialect', label: string, known: readonly string[]) => {
    const chosen = query[name];
    // Includes a selected one that this server no longer has.
    const options = chosen === undefined || known.includes(chosen) ? known : [chosen, ...known];
    return (
      <label>
        <span>{label}</span>
        <select value={chosen ?? ''} onChange={({ currentTarget }) => show({ [name]: currentTarget.value })}>
          <option value="">all</option>
          {options.map((option) => (
            <option key={option}>{option}</option>
          ))}
        </select>
      </label>
    );
  };
  return (
    <form
      ref={form}
      class="filter"
      aria-label="Filter"
      onSubmit={(event) => {
        event.preventDefault();
        search(String(new FormData(event.currentTarget).get('search') ?? ''));
      }}
    >
      <label class="search">
        <span>Find</span>
        <input
          key={writeSearch(query)}
          name="search"
          type="search"
          defaultValue={writeSearch(query)}
          placeholder="id … or label=value"
          autocomplete="off"
          spellcheck={false}
          onInput={({ currentTarget }) => {
            // The cross of the field empties it.
            if (currentTarget.value === '') search('');
          }}
        />
      </label>
      {select('operation', 'Operation', [...names, 'pipeline'])}
      {select('dialect', 'API', dialects)}
      <label>
        <span>Created</span>
        <select
          value={query.since ?? ''}
          onChange={({ currentTarget }) => show({ since: currentTarget.value || undefined })}
        >
          <option value="">at any time</option>
          {query.since !== undefined && <option value={query.since}>since {formatTime(query.since)}</option>}
          {periods.map(([name, ms]) => (
            <option
              key={name}
              value={new Date(Math.floor((Date.now() - ms) / 60_000) * 60_000).toISOString()}
            >
              {name}
            </option>
          ))}
        </select>
      </label>
    </form>
  );
}

const formatTime = (since: string): string => new Date(since).toLocaleString();
