import type { Job } from '../../src/client/client.ts';

/** The error of a failed job and whether a retry can help. */
export function JobError({ error }: { error: Job['error'] }) {
  if (!error) return null;
  if (error.code === 'cancelled') return <p class="note">{error.message}</p>;
  return (
    <section class="problem" aria-label="Error">
      <p>
        <strong class="message">{error.message}</strong> <code>{error.code}</code>
      </p>
      <p class="quiet">
        {error.retryable ? 'Retrying may help.' : 'Retrying will not help; change the request.'}
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
