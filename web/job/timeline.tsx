import type { StateEvent } from '../../src/client/client.ts';
import { formatDuration } from '../../src/lib/units.ts';
import { Moment } from '../parts/moment.tsx';

/** What the run went through, and how long each step took. */
export function Timeline({ moments }: { moments: readonly StateEvent[] }) {
  if (moments.length === 0) return null;
  return (
    <section class="panel">
      <h2>Timeline</h2>
      <ol class="timeline">
        {moments.map((moment, index) => {
          const next = moments[index + 1];
          return (
            <li key={moment.seq} class={`is-${moment.paused ? 'paused' : moment.state}`}>
              <span class="step">
                {moment.paused ? `paused while ${moment.state}` : moment.state}
                {moment.stage !== null && <span class="quiet"> {moment.stage}</span>}
              </span>
              <span class="quiet">
                {next ? (
                  formatDuration(Date.parse(next.at) - Date.parse(moment.at))
                ) : (
                  <Moment at={moment.at} />
                )}
              </span>
            </li>
          );
        })}
      </ol>
    </section>
  );
}
