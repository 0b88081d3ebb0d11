import { formatAge } from '../../src/lib/units.ts';

const exact = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

interface Props {
  /** ISO 8601. */
  readonly at: string;
  /** Given, the moment is told by its distance from it; the exact time shows when pointed at. */
  readonly now?: number;
}

/** A point in time. */
export function Moment({ at, now }: Props) {
  const time = Date.parse(at);
  const words = exact.format(time);
  return (
    <time dateTime={at} title={now === undefined ? at : words}>
      {now === undefined ? words : formatAge(time, now)}
    </time>
  );
}
