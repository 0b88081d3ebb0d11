import type { Job } from '../../src/client/client.ts';

const workflows = document.querySelector<HTMLMetaElement>('meta[name="temporal-workflows"]')?.content;

/** A link to the workflow in Temporal's Web UI. */
export function TemporalLink({ job: { tenant, id } }: { job: Pick<Job, 'tenant' | 'id'> }) {
  if (!workflows) return null;
  const workflow = encodeURIComponent(`job/${tenant}/${id}`);
  return (
    <p>
      <a href={`${workflows}/${workflow}`} target="_blank" rel="noreferrer">
        Open the workflow in Temporal’s Web UI
      </a>
    </p>
  );
}
