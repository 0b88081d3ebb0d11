import { formatAge } from '../../src/lib/units.ts';

/** Formats a time with its day. */
export const exactTime = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

interface Props {
  /** ISO 8601. */
  readonly at: string;
  /** Epoch, ms. If set, the time is shown relative to it, and exactly in the tooltip. */
  readonly now?: number;
}

/** A time, exact or relative. */
export function Moment({ at, now }: Props) {
  const time = Date.parse(at);
  const exactText = exactTime.format(time);
  return (
    <time dateTime={at} title={now === undefined ? at : exactText}>
      {now === undefined ? exactText : formatAge(time, now)}
    </time>
  );
}
