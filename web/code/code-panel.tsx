import { useState } from 'preact/hooks';
import type { JobRequest } from '../../src/client/client.ts';
import { CodeTabs } from './code-tabs.tsx';

/** The code of a job that is being edited. `request` is called only while the panel is open. */
export function CodePanel({ request }: { request: () => JobRequest }) {
  const [open, setOpen] = useState(false);
  return (
    <details class="panel" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>Show as code</summary>
      {open && <CodeTabs request={request()} />}
    </details>
  );
}
