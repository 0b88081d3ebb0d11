import type { Operation } from '../../src/client/client.ts';

/** A note that no live worker offers the operation, with the command that installs it. */
export function Unavailable({ operation: { available, install } }: { operation: Operation }) {
  if (available) return null;
  return (
    <p class="note">
      No live worker offers this operation.{' '}
      {install !== '' && (
        <>
          Install it with <code>{install}</code>
        </>
      )}
    </p>
  );
}
