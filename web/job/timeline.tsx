import type { StateEvent } from '../../src/client/client.ts';
import { formatDuration } from '../../src/lib/units.ts';
import { Moment } from '../parts/moment.tsx';

/** The transitions of the run with the duration of each state. */
export function Timeline({ transitions }: { transitions: readonly StateEvent[] }) {
  if (transitions.length === 0) return null;
  return (
    <section class="panel">
      <h2>Timeline</h2>
      <ol class="timeline">
        {transitions.map((transition, index) => {
          const next = transitions[index + 1];
          return (
            <li key={transition.seq} class={`is-${transition.paused ? 'paused' : transition.state}`}>
              <span>
                {transition.paused ? `paused while ${transition.state}` : transition.state}
                {transition.stage !== null && <span class="quiet"> {transition.stage}</span>}
              </span>
              <span class="quiet">
                {next ? (
                  formatDuration(Date.parse(next.at) - Date.parse(transition.at))
                ) : (
                  <Moment at={transition.at} />
                )}
              </span>
            </li>
          );
        })}
      </ol>
    </section>
  );
}
