import { useState } from 'preact/hooks';
import type { JobRequest } from '../../src/client/client.ts';
import { serverUrl, useSession } from '../lib/session.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import { LongText } from '../parts/long-text.tsx';
import { buildCurlCommand } from './curl-command.ts';

/** The same job without the console. `request` is asked for only while it is shown. */
export function CurlPanel({ request }: { request: () => JobRequest }) {
  const { token } = useSession();
  const [open, setOpen] = useState(false);
  const command = open ? buildCurlCommand(serverUrl, request(), token !== null) : '';
  return (
    <details class="panel" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>The same with curl</summary>
      {open && (
        <>
          <LongText text={command} label="Command" />
          <p class="buttons below">
            <CopyButton text={command} what="command" />
            <a href="docs">The API, and clients in other languages</a>
          </p>
        </>
      )}
    </details>
  );
}
