import { useClient } from '../lib/session.ts';
import { useLoaded } from '../lib/use-loaded.ts';

const EVERY_MS = 10_000;

/** Says above any page that the server cannot work now, and what it lacks. */
export function ServerError() {
  const client = useClient();
  const { problem } = useLoaded('ready', (signal) => client.ready({ signal }), { everyMs: EVERY_MS });
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
