import type { Operation } from '../../src/client/client.ts';

/** A note that no live worker offers what a job needs, with the command that installs it. */
export function Unavailable({
  of: { available, install },
}: {
  of: Pick<Operation, 'available' | 'install'>;
}) {
  if (available) return null;
  return (
    <p class="note">
      No worker online can run this.{' '}
      {install !== '' && (
        <>
          Install it with <code>{install}</code>
        </>
      )}
    </p>
  );
}
