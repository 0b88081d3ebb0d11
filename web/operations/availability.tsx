import type { Operation } from '../../src/client/client.ts';

/** Whether a live worker offers the operation. */
export function Availability({ operation: { available } }: { operation: Operation }) {
  return (
    <span class={`badge is-${available ? 'completed' : 'paused'}`}>
      {available ? 'available' : 'no worker available'}
    </span>
  );
}
