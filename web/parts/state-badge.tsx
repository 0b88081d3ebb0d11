import type { Job } from '../../src/client/client.ts';

/** The state in a word, with a colour that says the same. */
export function StateBadge({ job }: { job: Pick<Job, 'state' | 'paused'> }) {
  const word = job.paused ? 'paused' : job.state;
  const title = job.paused ? `Paused while ${job.state}` : undefined;
  return (
    <span class={`badge is-${word}`} title={title}>
      {word}
    </span>
  );
}
