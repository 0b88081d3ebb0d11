import type { Operation } from '../../src/client/client.ts';

/** Says that no worker can do it now, and what an operator does about that. */
export function Unavailable({ operation: { available, install } }: { operation: Operation }) {
  if (available) return null;
  return (
    <p class="note">
      No live worker can do this.{' '}
      {install !== '' && (
        <>
          To install what it needs: <code>{install}</code>
        </>
      )}
    </p>
  );
}
