import type { Delivery } from '../../src/client/client.ts';
import { formatDuration } from '../../src/lib/units.ts';
import { formatCount } from '../lib/text.ts';
import { useNow } from '../lib/use-now.ts';
import { Moment } from '../parts/moment.tsx';

const classes = { pending: 'is-waiting', delivered: 'is-completed', failed: 'is-failed' } as const;

interface Props {
  readonly delivery: Delivery;
  readonly onRedeliver: () => void;
}

/** One callback with its attempts. */
export function DeliveryItem({ delivery, onRedeliver }: Props) {
  const { event, state, run, attempts, next_attempt_at } = delivery;
  const now = useNow(next_attempt_at !== null);
  return (
    <li>
      <div class="delivery-head">
        <span class={`badge ${classes[state]}`}>{state}</span>
        <strong>{event}</strong>
        <span class="quiet">
          run {run}, {formatCount(attempts.length, 'attempt')}
          {next_attempt_at !== null && (
            <>
              , next <Moment at={next_attempt_at} now={now} />
            </>
          )}
        </span>
        <button type="button" onClick={onRedeliver} aria-label={`Redeliver ${event} of run ${run}`}>
          Redeliver
        </button>
      </div>
      {attempts.length > 0 && (
        <ol class="attempts">
          {attempts.map(({ at, status, reason, duration_ms }) => (
            <li key={at}>
              <Moment at={at} /> <code>{status ?? 'no response'}</code> {reason ?? 'delivered'}{' '}
              <span class="quiet">after {formatDuration(duration_ms)}</span>
            </li>
          ))}
        </ol>
      )}
    </li>
  );
}
