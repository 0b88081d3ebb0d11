import type { Job } from '../../src/client/client.ts';

/** Why it failed, and whether to try again. */
export function JobError({ error }: { error: Job['error'] }) {
  if (!error) return null;
  if (error.code === 'cancelled') return <p class="note">{error.message}</p>;
  return (
    <section class="problem" aria-label="Error">
      <p>
        <strong class="message">{error.message}</strong> <code>{error.code}</code>
      </p>
      <p class="quiet">
        {error.retryable
          ? 'Run again unchanged, it may succeed.'
          : 'Run again unchanged, it would fail in the same way.'}
      </p>
      {error.details && Object.keys(error.details).length > 0 && (
        <details>
          <summary>Details</summary>
          <pre>{JSON.stringify(error.details, null, 2)}</pre>
        </details>
      )}
    </section>
  );
}
