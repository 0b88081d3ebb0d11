/** An entry of the log as a line of text. */
import type { LogEntry } from '../../jobs/model/job-log.ts';

/** The line ends with a newline and has no other. */
export function formatLogEntry({
  at,
  level,
  activity,
  stage,
  batch,
  attempt,
  code,
  type,
  message,
}: LogEntry): string {
  const place = activity === null ? '' : (stage ?? activity) + (batch === null ? '' : `[${batch}]`);
  const words = [
    at,
    level.padEnd(7),
    ...(place === '' ? [] : [attempt !== null && attempt > 1 ? `${place}#${attempt}` : place]),
    ...(type === 'output' ? ['|'] : []),
    ...(code === null ? [] : [`${code}:`]),
    message.replaceAll(/\s*[\r\n]+\s*/g, ' '),
  ];
  return `${words.join('  ')}\n`;
}
