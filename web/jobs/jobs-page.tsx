import { hrefTo, type JobsQuery } from '../lib/route.ts';
import { useNow } from '../lib/use-now.ts';
import { ProblemNote } from '../parts/problem-note.tsx';
import { JobFilter } from './job-filter.tsx';
import { JobRow } from './job-row.tsx';
import { useJobs } from './use-jobs.ts';

/** The job list: unfinished jobs, then ended jobs. */
export function JobsPage({ query }: { query: JobsQuery }) {
  const { value, problem } = useJobs(query);
  const now = useNow();
  const { cursor, ...filter } = query;
  const filtered = Object.values(query).some((value) => value !== undefined);
  return (
    <section class="jobs-page">
      <div class="page-head">
        <h1>Jobs</h1>
        <JobFilter query={query} />
      </div>
      <ProblemNote problem={problem} what="The list could not be refreshed" />
      {value && value.jobs.length > 0 && (
        <table class="jobs">
          <thead>
            <tr>
              <th scope="col">State</th>
              <th scope="col">Job</th>
              <th scope="col" class="wide number">
                Assets
              </th>
              <th scope="col" class="wide number">
                Duration
              </th>
              <th scope="col" class="number">
                Created
              </th>
            </tr>
          </thead>
          <tbody>
            {value.jobs.map((job) => (
              <JobRow key={job.id} job={job} now={now} />
            ))}
          </tbody>
        </table>
      )}
      {value?.jobs.length === 0 && <NoJobs filtered={filtered} />}
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
