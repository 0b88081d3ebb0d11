import { hasEnded, type Job } from '../../src/client/client.ts';
import { formatDuration } from '../../src/lib/units.ts';
import { runDuration } from '../lib/job-times.ts';
import { hrefTo } from '../lib/route.ts';
import { Moment } from '../parts/moment.tsx';
import { ProgressBar } from '../parts/progress-bar.tsx';
import { StateBadge } from '../parts/state-badge.tsx';
import { JobThumbnail } from './job-thumbnail.tsx';

interface Props {
  readonly job: Job;
  readonly now: number;
  readonly selected: boolean;
  readonly onSelect: (selected: boolean) => void;
}

/** One job in the list. */
export function JobRow({ job, now, selected, onSelect }: Props) {
  const { assets } = job;
  const duration = runDuration(job, now);
  const labels = Object.entries(job.labels);
  return (
    <tr class={selected ? 'is-selected' : ''}>
      <td class="select">
        <input
          type="checkbox"
          checked={selected}
          aria-label={`Select ${job.id}`}
          onChange={({ currentTarget }) => onSelect(currentTarget.checked)}
        />
      </td>
      <td class="state">
        <StateBadge job={job} />
        {!hasEnded(job) && <ProgressBar job={job} />}
      </td>
      <td class="what">
        <JobThumbnail job={job} />
        <span class="what-text">
          <a href={hrefTo.job(job.id)}>
            <span class="id">{job.id}</span>
          </a>
          <span class="operation">
            {job.operation}
            {job.template !== undefined && ` · ${job.template}`}
            {job.stage !== null && ` · ${job.stage}`}
            {job.dialect !== 'native' && ` · by ${job.dialect}`}
          </span>
          {labels.length > 0 && (
            <ul class="labels">
              {labels.slice(0, 3).map(([name, value]) => (
                <li key={name}>
                  <span class="quiet">{name}</span> {value}
                </li>
              ))}
            </ul>
          )}
          {job.error && job.state !== 'cancelled' && (
            <span class="failure" title={job.error.message}>
              {job.error.message}
            </span>
          )}
        </span>
      </td>
      <td class="wide number">
        {assets.total === 0 ? '–' : assets.total.toLocaleString('en')}
        {assets.failed > 0 && <span class="failure"> ({assets.failed} failed)</span>}
      </td>
      <td class="wide number">{duration === null ? '–' : formatDuration(duration)}</td>
      <td class="number">
        {/* The list has unfinished jobs by creation, then ended jobs by their end. */}
        <Moment at={job.completed_at ?? job.created_at} now={now} />
      </td>
    </tr>
  );
}
