import { hasEnded, type Job } from '../../src/client/client.ts';
import { formatBytes, formatDuration } from '../../src/lib/units.ts';
import { Fact } from '../parts/fact.tsx';
import { Moment } from '../parts/moment.tsx';

/** Expiry, usage, origin and labels of a job. */
export function JobFacts({ job }: { job: Job }) {
  const { usage } = job;
  const labels = Object.entries(job.labels);
  return (
    <details class="panel" open={labels.length > 0}>
      <summary>Facts</summary>
      <dl class="facts">
        <Fact name="Run">{job.run}</Fact>
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
        <Fact name="Submitted by">
          {job.dialect === 'native' ? 'the native API' : `the ${job.dialect} API`}, tenant {job.tenant}
        </Fact>
        {usage.compute_seconds > 0 && (
          <Fact name="Usage">
            {formatDuration(usage.compute_seconds * 1000)} of compute, {formatBytes(usage.bytes_in)} in
            {hasEnded(job) && `, ${formatBytes(usage.bytes_out)} out`}
          </Fact>
        )}
        {job.expires_at !== null && (
          <Fact name="Expires">
            <Moment at={job.expires_at} />
          </Fact>
        )}
      </dl>
    </details>
  );
}
