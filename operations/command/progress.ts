/** Progress of a command, parsed from the lines that it prints. */
import type { ReportProgress } from '../lib/picture-process/task.ts';

/**
 * Returns a function that takes each line and reports the progress so far, which never falls.
 *
 * @param progress - Regular expression whose first group is a percentage.
 * @param detail - Regular expression whose first group says what is being done.
 */
export function progressParser(
  progress: string | undefined,
  detail: string | undefined,
  report: ReportProgress,
): (line: string) => void {
  const percentage = progress === undefined ? null : new RegExp(progress);
  const description = detail === undefined ? null : new RegExp(detail);
  let fraction = 0;
  let current: string | undefined;
  return (line) => {
    const found = Number(percentage?.exec(line)?.[1]);
    if (Number.isFinite(found)) fraction = Math.max(fraction, Math.min(1, found / 100));
    current = description?.exec(line)?.[1] ?? current;
    report(fraction, current);
  };
}
