import type { Operation } from '../../src/client/client.ts';

/** Whether live workers can do it. */
export function Availability({ operation: { available } }: { operation: Operation }) {
  return (
    <span class={`badge is-${available ? 'completed' : 'paused'}`}>
      {available ? 'available' : 'no worker can do it'}
    </span>
  );
}
