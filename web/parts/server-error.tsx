import { useClient } from '../lib/session.ts';
import { useLoaded } from '../lib/use-loaded.ts';

const REFRESH_MS = 10_000;

/** A banner that shows why the server is not ready. */
export function ServerError() {
  const client = useClient();
  const { problem } = useLoaded('ready', (signal) => client.ready({ signal }), { refreshMs: REFRESH_MS });
  return (
    <div role="status">
      {problem && (
        <p class="banner">
          <strong>The server is not ready.</strong> {problem.detail}.
        </p>
      )}
    </div>
  );
}
