import { hasEnded, type Job } from '../../src/client/client.ts';
import { formatDuration } from '../../src/lib/units.ts';
import { runDuration } from '../lib/job-times.ts';
import { hrefTo } from '../lib/route.ts';
import { Moment } from '../parts/moment.tsx';
import { ProgressBar } from '../parts/progress-bar.tsx';
import { StateBadge } from '../parts/state-badge.tsx';

/** One job in the list. */
export function JobRow({ job, now }: { job: Job; now: number }) {
  const { assets } = job;
  const duration = runDuration(job, now);
  return (
    <tr>
      <td class="state">
        <StateBadge job={job} />
        {!hasEnded(job) && <ProgressBar job={job} />}
      </td>
      <td class="what">
        <a href={hrefTo.job(job.id)}>
          <span class="id">{job.id}</span>
        </a>
        <span class="operation">
          {job.operation}
          {job.stage !== null && ` · ${job.stage}`}
          {job.dialect !== 'native' && ` · by ${job.dialect}`}
        </span>
        {job.error && job.state !== 'cancelled' && (
          <span class="failure" title={job.error.message}>
            {job.error.message}
          </span>
        )}
      </td>
      <td class="wide number">
        {assets.total === 0 ? '–' : assets.total.toLocaleString('en')}
        {assets.failed > 0 && <span class="failure"> ({assets.failed} failed)</span>}
      </td>
      <td class="wide number">{duration === null ? '–' : formatDuration(duration)}</td>
      <td class="number">
        <Moment at={job.created_at} now={now} />
      </td>
    </tr>
  );
}
