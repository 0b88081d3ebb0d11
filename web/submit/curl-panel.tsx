import { useState } from 'preact/hooks';
import type { JobRequest } from '../../src/client/client.ts';
import { serverUrl, useSession } from '../lib/session.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import { LongText } from '../parts/long-text.tsx';
import { buildCurlCommand } from './curl-command.ts';

/** The curl command of the job. `request` is called only while the panel is open. */
export function CurlPanel({ request }: { request: () => JobRequest }) {
  const { token } = useSession();
  const [open, setOpen] = useState(false);
  const command = open ? buildCurlCommand(serverUrl, request(), token !== null) : '';
  return (
    <details class="panel" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>Show as curl command</summary>
      {open && (
        <>
          <LongText text={command} label="Command" />
          <p class="buttons below">
            <CopyButton text={command} what="command" />
            <a href="docs">API documentation</a>
          </p>
        </>
      )}
    </details>
  );
}
