import { hasEnded, isPipeline, type Job } from '../../src/client/client.ts';
import { hrefTo } from '../lib/route.ts';
import { formatCount } from '../lib/text.ts';
import { ProgressBar } from '../parts/progress-bar.tsx';
import { StateBadge } from '../parts/state-badge.tsx';
import { parseReference } from '../submit/runnable.ts';

/** The title of a job page with state, stage and progress. */
export function JobHead({ job, title }: { job: Job; title: string | null }) {
  const template = parseReference(job.template ?? '');
  return (
    <header class="job-head">
      <div class="job-title">
        <h1 class="id">{job.id}</h1>
        <span aria-live="polite">
          <StateBadge job={job} />
          {job.stage !== null && <span class="stage"> {job.stage}</span>}
        </span>
      </div>
      <p class="quiet">
        {isPipeline(job) ? (
          <>
            Pipeline of {formatCount(job.steps.length, 'step')}
            {template && <a href={hrefTo.template(template.name, template.version)}>{job.template}</a>}
          </>
        ) : (
          <a href={hrefTo.operation(job.operation)}>{title ?? job.operation}</a>
        )}
        {title !== null && <code>{job.operation}</code>}
      </p>
      {!hasEnded(job) && <ProgressBar job={job} />}
    </header>
  );
}
