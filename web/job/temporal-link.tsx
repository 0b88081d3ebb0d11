import type { Job } from '../../src/client/client.ts';

const address = document.querySelector<HTMLMetaElement>('meta[name="temporal-ui"]')?.content;
/** The embedded server's Web UI answers on the machine of the server alone. */
const isHere = ['localhost', '127.0.0.1', '[::1]'].includes(location.hostname);

/** The inside of the workflow is for Temporal's Web UI to show. */
export function TemporalLink({ job: { tenant, id } }: { job: Pick<Job, 'tenant' | 'id'> }) {
  if (!address || !isHere || !/^https?:/.test(address)) return null;
  const workflow = encodeURIComponent(`job/${tenant}/${id}`);
  return (
    <p>
      <a href={`${address}/namespaces/default/workflows/${workflow}`} target="_blank" rel="noreferrer">
        The workflow in Temporal’s Web UI
      </a>
    </p>
  );
}
