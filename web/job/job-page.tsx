import { isPipeline, type Job } from '../../src/client/client.ts';
import { hrefTo } from '../lib/route.ts';
import { useClient } from '../lib/session.ts';
import { useLoaded } from '../lib/use-loaded.ts';
import { LogPanel } from '../log/log-panel.tsx';
import { useLog } from '../log/use-log.ts';
import { ProblemNote } from '../parts/problem-note.tsx';
import { ResultPanel } from '../result/result-panel.tsx';
import { Waterfall } from '../timeline/waterfall.tsx';
import { Deliveries } from './deliveries.tsx';
import { JobActions } from './job-actions.tsx';
import { JobError } from './job-error.tsx';
import { JobFacts } from './job-facts.tsx';
import { JobHead } from './job-head.tsx';
import { JobRequest } from './job-request.tsx';
import { JobStatus } from './job-status.tsx';
import { PipelineGraph } from './pipeline-graph.tsx';
import { TemporalLink } from './temporal-link.tsx';
import { useJob } from './use-job.ts';

/** The page of one job: what it produced on the left, what it does on the right. */
export function JobPage({ id }: { id: string }) {
  const { job, timeline, problem, update } = useJob(id);
  const log = useLog(job);
  const client = useClient();
  const name = job && !isPipeline(job) ? job.operation : undefined;
  const { value: operation } = useLoaded(`operation ${name}`, async (signal) =>
    name === undefined ? null : client.operation(name, { signal }),
  );
  if (!job) {
    return (
      <section>
        <h1 class="id">{id}</h1>
        {problem ? (
          <>
            <ProblemNote problem={problem} />
            <p>
              <a href={hrefTo.jobs()}>Show all jobs</a>
            </p>
          </>
        ) : (
          <p class="quiet">Loading …</p>
        )}
      </section>
    );
  }
  return (
    <article class="job">
      <JobHead job={job} title={operation?.title ?? null} />
      <ProblemNote problem={problem} what="The job could not be refreshed" />
      <JobActions job={job} stages={listRestarts(job, operation?.stages ?? [])} onChange={update} />
      <div class="job-columns">
        <div class="job-main">
          <JobError error={job.error} />
          {job.notes?.map((note) => (
            <p class="note" key={note}>
              {note}
            </p>
          ))}
          {isPipeline(job) && <PipelineGraph steps={job.steps} />}
          {job.result ? (
            <ResultPanel key={job.result.run} id={job.id} run={job.result.run} current={job.run} />
          ) : (
            <NoResult job={job} />
          )}
          <LogPanel job={job} log={log} />
        </div>
        <div class="job-side">
          <JobStatus job={job} />
          <Waterfall job={job} transitions={timeline} log={log.entries} />
          <Deliveries job={job} />
          <JobFacts job={job} />
          <JobRequest key={job.run} id={job.id} />
          <TemporalLink job={job} />
        </div>
      </div>
    </article>
  );
}

function NoResult({ job }: { job: Job }) {
  if (job.completed_at !== null) return null;
  return (
    <section class="panel pending" aria-label="Result">
      <p class="quiet">
        {job.state === 'waiting'
          ? 'The job waits for assets.'
          : 'The result appears here when the job has ended.'}
      </p>
    </section>
  );
}

/** Where a rerun may begin, apart from the beginning. */
function listRestarts(job: Job, stages: readonly string[]): readonly string[] {
  if (!isPipeline(job)) return stages.slice(1);
  return job.steps.length > 1 ? job.steps.map(({ name }) => name) : [];
}
