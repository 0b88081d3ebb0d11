import type { LogEntry } from '../../src/client/client.ts';
import { exactTime } from '../parts/moment.tsx';

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium', hourCycle: 'h23' });

interface Props {
  readonly entry: LogEntry;
  /** Whether it is the first one of its run, in a log of several. */
  readonly startsRun: boolean;
}

/** One entry of the log. */
export function LogLine({ entry, startsRun }: Props) {
  const { run, at, level, type, code, message, worker } = entry;
  const time = Date.parse(at);
  const place = formatPlace(entry);
  return (
    <>
      {startsRun && <li class="run">Run {run}</li>}
      <li class={`is-${level}`}>
        <time dateTime={at} title={exactTime.format(time)}>
          {clock.format(time)}
        </time>{' '}
        {level !== 'info' && <strong>{level} </strong>}
        {place !== '' && (
          <span class="place" title={worker === null ? undefined : `Worker ${worker}`}>
            {place}{' '}
          </span>
        )}
        <span class={type === 'output' ? 'output' : undefined}>{message}</span>
        {code !== null && (
          <>
            {' '}
            <code>{code}</code>
          </>
        )}
      </li>
    </>
  );
}

/** An entry about the job itself has no place. */
function formatPlace({ activity, stage, batch, attempt }: LogEntry): string {
  if (activity === null) return '';
  const part = batch === null ? '' : ` [${batch}]`;
  return `${stage ?? activity}${part}${attempt !== null && attempt > 1 ? `, attempt ${attempt}` : ''}`;
}
