import type { Job } from '../../src/client/client.ts';

/** The progress of a running job. */
export function ProgressBar({ job }: { job: Pick<Job, 'progress' | 'id'> }) {
  const percent = Math.floor(job.progress);
  return (
    <span class="progress">
      <progress max={100} value={job.progress} aria-label={`Progress of ${job.id}`}>
        {percent} %
      </progress>
      <span class="percent" aria-hidden="true">
        {percent} %
      </span>
    </span>
  );
}
