import { useState } from 'preact/hooks';
import type { JobRequest } from '../../src/client/client.ts';
import { serverUrl, useSession } from '../lib/session.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import { LongText } from '../parts/long-text.tsx';
import { curlOf } from './curl.ts';

/** The same job without the console. `request` is asked for only while it is shown. */
export function AsCommand({ request }: { request: () => JobRequest }) {
  const { token } = useSession();
  const [open, setOpen] = useState(false);
  const command = open ? curlOf(serverUrl, request(), token !== null) : '';
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
