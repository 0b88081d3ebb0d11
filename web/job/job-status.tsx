import { blockedReason, hasEnded, type Job, type WatchedJob } from '../../src/client/client.ts';
import { formatDuration } from '../../src/lib/units.ts';
import { runDuration } from '../lib/job-times.ts';
import { useNow } from '../lib/use-now.ts';
import { Fact } from '../parts/fact.tsx';
import { Moment } from '../parts/moment.tsx';

/** What a job waits for, and times. */
export function JobStatus({ job }: { job: Job & Partial<WatchedJob> }) {
  const running = !hasEnded(job);
  const now = useNow();
  const duration = runDuration(job, now);
  const { assets, estimated_completion: estimate } = job;
  const blocked = blockedReason(job.pending ?? [], now);
  return (
    <section class="panel status" aria-label="Status">
      <dl class="facts">
        {running && blocked !== null && <Fact name="Blocked">{blocked}</Fact>}
        {running && estimate && (
          <Fact name="Estimated end">
            <Moment at={estimate.at} now={now} />{' '}
            <span class="quiet">
              (between {formatDuration(Math.max(0, Date.parse(estimate.earliest) - now))} and{' '}
              {formatDuration(Math.max(0, Date.parse(estimate.latest) - now))} from now)
            </span>
          </Fact>
        )}
        {job.rerun_reason !== undefined && <Fact name="Run again because">{job.rerun_reason}</Fact>}
        {duration !== null && <Fact name={running ? 'Running for' : 'Took'}>{formatDuration(duration)}</Fact>}
        <Fact name="Created">
          <Moment at={job.created_at} />{' '}
          <span class="quiet">
            (<Moment at={job.created_at} now={now} />)
          </span>
        </Fact>
        {job.completed_at !== null && (
          <Fact name="Ended">
            <Moment at={job.completed_at} />
          </Fact>
        )}
        {assets.total > 0 && (
          <Fact name="Assets">
            {assets.downloaded.toLocaleString('en')} of {assets.total.toLocaleString('en')} downloaded
            {assets.failed > 0 && <span class="failure">, {assets.failed} failed</span>}
          </Fact>
        )}
      </dl>
    </section>
  );
}
