import { useState } from 'preact/hooks';
import { hrefTo, type JobsQuery } from '../lib/route.ts';
import { useNow } from '../lib/use-now.ts';
import { ProblemNote } from '../parts/problem-note.tsx';
import { BulkBar } from './bulk-bar.tsx';
import { JobFilter } from './job-filter.tsx';
import { JobRow } from './job-row.tsx';
import { StateTabs } from './state-tabs.tsx';
import { isFiltered } from './to-filter.ts';
import { useJobs } from './use-jobs.ts';

/** The job list: unfinished jobs, then ended jobs. */
export function JobsPage({ query }: { query: JobsQuery }) {
  const { value, problem, refresh } = useJobs(query);
  const now = useNow();
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const { cursor, ...filter } = query;
  const jobs = value?.jobs ?? [];
  const chosen = jobs.filter(({ id }) => selected.has(id));
  const select = (ids: readonly string[], add: boolean) => {
    const changed = new Set(selected);
    for (const id of ids) add ? changed.add(id) : changed.delete(id);
    setSelected(changed);
  };
  return (
    <section class="jobs-page">
      <div class="page-head">
        <h1>Jobs</h1>
        <StateTabs query={query} />
      </div>
      <JobFilter query={query} />
      <ProblemNote problem={problem} what="The list could not be refreshed" />
      {value?.partial && (
        <p class="banner" role="status">
          <strong>The list is incomplete.</strong> Temporal does not answer, so jobs that have not ended are
          missing.
        </p>
      )}
      <BulkBar selected={chosen} onClear={() => setSelected(new Set())} onDone={refresh} />
      {jobs.length > 0 && (
        <table class="jobs">
          <thead>
            <tr>
              <th scope="col" class="select">
                <input
                  type="checkbox"
                  checked={chosen.length === jobs.length}
                  ref={(box) => {
                    if (box) box.indeterminate = chosen.length > 0 && chosen.length < jobs.length;
                  }}
                  aria-label="Select all jobs of this page"
                  onChange={({ currentTarget }) =>
                    select(
                      jobs.map(({ id }) => id),
                      currentTarget.checked,
                    )
                  }
                />
              </th>
              <th scope="col">State</th>
              <th scope="col">Job</th>
              <th scope="col" class="wide number">
                Assets
              </th>
              <th scope="col" class="wide number">
                Duration
              </th>
              <th scope="col" class="number" title="The list is sorted by it: unfinished jobs first">
                Created or ended
              </th>
            </tr>
          </thead>
          <tbody>
            {jobs.map((job) => (
              <JobRow
                key={job.id}
                job={job}
                now={now}
                selected={selected.has(job.id)}
                onSelect={(add) => select([job.id], add)}
              />
            ))}
          </tbody>
        </table>
      )}
      {value?.jobs.length === 0 && <NoJobs filtered={isFiltered(query)} />}
      {!value && !problem && <p class="quiet">Loading …</p>}
      <nav class="pages" aria-label="Pages">
        {cursor !== undefined && <a href={hrefTo.jobs(filter)}>Newest</a>}
        {value?.next_cursor && <a href={hrefTo.jobs({ ...filter, cursor: value.next_cursor })}>Older jobs</a>}
      </nav>
    </section>
  );
}

function NoJobs({ filtered }: { filtered: boolean }) {
  return (
    <div class="empty">
      <p>{filtered ? 'No jobs match these filters.' : 'No jobs yet.'}</p>
      {filtered ? (
        <a href={hrefTo.jobs()}>Show all jobs</a>
      ) : (
        <a class="primary" href={hrefTo.submit()}>
          Try an operation with your own pictures
        </a>
      )}
    </div>
  );
}
