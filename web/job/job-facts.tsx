import type { ComponentChildren } from 'preact';
import { blockedReason, hasEnded, type Job, type WatchedJob } from '../../src/client/client.ts';
import { formatBytes, formatDuration } from '../../src/lib/units.ts';
import { runDuration } from '../lib/job-times.ts';
import { useNow } from '../lib/use-now.ts';
import { Moment } from '../parts/moment.tsx';
import { TemporalLink } from './temporal-link.tsx';

/** Times, duration, assets, usage, origin and labels of a job. */
export function JobFacts({ job }: { job: Job & Partial<WatchedJob> }) {
  const running = !hasEnded(job);
  const now = useNow();
  const duration = runDuration(job, now);
  const { assets, usage, estimated_completion: estimate } = job;
  const blocked = blockedReason(job.pending ?? [], now);
  const labels = Object.entries(job.labels);
  return (
    <section class="panel">
      <h2>Facts</h2>
      <dl class="facts">
        <Fact name="Created">
          <Moment at={job.created_at} />{' '}
          <span class="quiet">({<Moment at={job.created_at} now={now} />})</span>
        </Fact>
        {duration !== null && <Fact name={running ? 'Running for' : 'Took'}>{formatDuration(duration)}</Fact>}
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
        {job.completed_at !== null && (
          <Fact name="Ended">
            <Moment at={job.completed_at} />
          </Fact>
        )}
        {job.expires_at !== null && (
          <Fact name="Expires">
            <Moment at={job.expires_at} />
          </Fact>
        )}
        {assets.total > 0 && (
          <Fact name="Assets">
            {assets.downloaded.toLocaleString('en')} of {assets.total.toLocaleString('en')} downloaded
            {assets.failed > 0 && <span class="failure">, {assets.failed} failed</span>}
          </Fact>
        )}
        {usage.compute_seconds > 0 && (
          <Fact name="Usage">
            {formatDuration(usage.compute_seconds * 1000)} of compute, {formatBytes(usage.bytes_in)} in
            {!running && `, ${formatBytes(usage.bytes_out)} out`}
          </Fact>
        )}
        <Fact name="Run">{job.run}</Fact>
        <Fact name="Submitted by">
          {job.dialect === 'native' ? 'the native API' : `the ${job.dialect} API`}, tenant {job.tenant}
        </Fact>
        {labels.length > 0 && (
          <Fact name="Labels">
            <ul class="labels">
              {labels.map(([name, value]) => (
                <li key={name}>
                  <span class="quiet">{name}</span> {value}
                </li>
              ))}
            </ul>
          </Fact>
        )}
      </dl>
      <TemporalLink job={job} />
    </section>
  );
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
