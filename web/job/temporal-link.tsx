import type { Job } from '../../src/client/client.ts';

const address = document.querySelector<HTMLMetaElement>('meta[name="temporal-ui"]')?.content;
/** The embedded server's Web UI is only reachable on the server's own machine. */
const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(location.hostname);

/** A link to the workflow in Temporal's Web UI. */
export function TemporalLink({ job: { tenant, id } }: { job: Pick<Job, 'tenant' | 'id'> }) {
  if (!address || !isLocal || !/^https?:/.test(address)) return null;
  const workflow = encodeURIComponent(`job/${tenant}/${id}`);
  return (
    <p>
      <a href={`${address}/namespaces/default/workflows/${workflow}`} target="_blank" rel="noreferrer">
        Open the workflow in Temporal’s Web UI
      </a>
    </p>
  );
}
