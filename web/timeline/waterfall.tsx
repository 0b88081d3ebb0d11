import type { Job, LogEntry, StateEvent, WatchedJob } from '../../src/client/client.ts';
import { formatDuration } from '../../src/lib/units.ts';
import { useNow } from '../lib/use-now.ts';
import { Moment } from '../parts/moment.tsx';
import { type Bar, listBars } from './list-bars.ts';

interface Props {
  readonly job: Job & Partial<WatchedJob>;
  readonly transitions: readonly StateEvent[];
  readonly log: readonly LogEntry[];
}

/** The run as bars on one axis of time: states, stages, steps and attempts. */
export function Waterfall({ job, transitions, log }: Props) {
  const running = job.completed_at === null;
  const clock = useNow(running);
  const bars = listBars(job, transitions, log);
  if (bars.length === 0) return null;
  const start = bars[0]?.from ?? 0;
  const last = transitions.at(-1);
  const now = running ? clock : Date.parse(job.completed_at ?? '');
  const total = Math.max(1, now - start);
  return (
    <section class="panel">
      <h2>Timeline</h2>
      <ol class="waterfall">
        {bars.map((bar) => (
          <Row key={bar.key} bar={bar} start={start} total={total} now={now} />
        ))}
        {last && !running && (
          <li class="end">
            <span>{last.state}</span>
            <span class="quiet">
              <Moment at={last.at} />
            </span>
          </li>
        )}
      </ol>
    </section>
  );
}

interface RowProps {
  readonly bar: Bar;
  readonly start: number;
  readonly total: number;
  readonly now: number;
}

function Row({
  bar: { name, detail, kind, from, to, worker, error, isAttempt },
  start,
  total,
  now,
}: RowProps) {
  const end = Math.max(from, to ?? now);
  return (
    <li class={isAttempt ? `is-${kind} attempt` : `is-${kind}`}>
      <span>
        {name}
        {detail !== null && <span class="quiet"> {detail}</span>}
      </span>
      <span class="quiet">{formatDuration(end - from)}</span>
      <svg class="bar" viewBox="0 0 1000 8" preserveAspectRatio="none" aria-hidden="true">
        <rect class="track" width="1000" height="8" rx="4" />
        <rect
          class={to === null ? 'is-open' : ''}
          x={((from - start) / total) * 1000}
          width={Math.max(6, ((end - from) / total) * 1000)}
          height="8"
        />
      </svg>
      {worker !== null && <span class="worker quiet">worker {worker}</span>}
      {error !== null && <span class="failure">{error}</span>}
    </li>
  );
}
