import type { Job } from '../../src/client/client.ts';

/** The state of a job as a coloured badge. */
export function StateBadge({ job }: { job: Pick<Job, 'state' | 'paused'> }) {
  const state = job.paused ? 'paused' : job.state;
  const title = job.paused ? `Paused while ${job.state}` : undefined;
  return (
    <span class={`badge is-${state}`} title={title}>
      {state}
    </span>
  );
}
