import { type Job, type Operation, states } from '../../src/client/client.ts';
import { hrefTo, type JobsQuery } from '../lib/route.ts';
import { useClient } from '../lib/session.ts';
import { useLoaded } from '../lib/use-loaded.ts';
import { goTo } from '../lib/use-route.ts';

/** The filters of the job list, and a field to open a job by id. */
export function JobFilter({ query: { state, operation } }: { query: JobsQuery }) {
  const client = useClient();
  const { value } = useLoaded('operations', (signal) => client.operations({ signal }));
  const names = (value ?? []).map(({ name }: Operation) => name);
  // Includes the selected operation even if this server no longer has it.
  const known = operation === undefined || names.includes(operation) ? names : [operation, ...names];
  const show = (changed: JobsQuery) => goTo(hrefTo.jobs({ state, operation, ...changed }));
  return (
    <form
      class="filter"
      aria-label="Filter"
      onSubmit={(event) => {
        event.preventDefault();
        const id = new FormData(event.currentTarget).get('id');
        if (typeof id === 'string' && id.trim() !== '') goTo(hrefTo.job(id.trim()));
      }}
    >
      <label>
        <span>State</span>
        <select
          value={state ?? ''}
          onChange={({ currentTarget }) => show({ state: currentTarget.value as Job['state'] })}
        >
          <option value="">all</option>
          {states.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      <label>
        <span>Operation</span>
        <select
          value={operation ?? ''}
          onChange={({ currentTarget }) => show({ operation: currentTarget.value })}
        >
          <option value="">all</option>
          {known.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      <label>
        <span>Job id</span>
        <input name="id" type="search" placeholder="go to …" autocomplete="off" spellcheck={false} />
      </label>
    </form>
  );
}
