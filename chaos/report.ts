/** Formats the results as Markdown. */
import type { Violation } from './checks/violation.ts';
import type { CheckedJob, KillsReport } from './kills.ts';
import { nameOf } from './load/submission.ts';
import type { OutageRow } from './outages.ts';
import type { PoisonReport } from './poison.ts';
import { type Target, targets } from './targets.ts';

type Cell = string | number;

/** The first row is the head. Numbers are aligned to the right. */
function formatTable(rows: readonly (readonly Cell[])[]): string {
  const [head = [], first = []] = rows;
  const line = (cells: readonly Cell[]) => `| ${cells.join(' | ')} |`;
  const rule = line(head.map((_, column) => (typeof first[column] === 'number' ? '---:' : '---')));
  return [line(head), rule, ...rows.slice(1).map(line)].join('\n');
}

/** Tables of kills by target and of jobs by submission. */
export function formatKills({ kills, jobs, skipped }: KillsReport): string {
  const byTarget = (Object.keys(targets) as Target[]).flatMap((target) => {
    const own = kills.filter((kill) => kill.target === target);
    return own.length === 0 ? [] : [[targets[target], own.length]];
  });
  const names = [...new Set(jobs.map(({ submission }) => nameOf(submission)))].sort();
  const row = (label: string, own: readonly CheckedJob[]): Cell[] => {
    const count = (...kinds: Violation['kind'][]) =>
      own.filter(({ violations }) => violations.some(({ kind }) => kinds.includes(kind))).length;
    const right = own.filter(({ violations, isGivenUp }) => violations.length === 0 && !isGivenUp).length;
    const givenUp = own.filter(({ isGivenUp }) => isGivenUp).length;
    return [label, own.length, right, givenUp, count('lost'), count('duplicated'), count('wrong')];
  };
  return [
    formatTable([['killed', 'times'], ...byTarget, ['**all**', kills.length]]),
    formatTable([
      ['jobs', 'accepted', 'ended once, right', 'given up', 'lost', 'duplicated', 'wrong'],
      ...names.map((name) =>
        row(
          name,
          jobs.filter(({ submission }) => nameOf(submission) === name),
        ),
      ),
      row('**all**', jobs),
    ]),
    `Longest time from a kill to the next end of a job: ${measureRecovery({ kills, jobs })} s.`,
    ...skipped.map((submission) => `Not tried, because this machine cannot run it: ${nameOf(submission)}.`),
  ].join('\n\n');
}

/** Seconds. Kills after the end of the last job do not count. */
function measureRecovery({ kills, jobs }: Pick<KillsReport, 'kills' | 'jobs'>): number {
  const ends = jobs.map(({ endedAt }) => endedAt).sort((one, other) => one - other);
  const delays = kills.map(({ at }) => (ends.find((end) => end >= at) ?? at) - at);
  return Math.round(Math.max(0, ...delays) / 1000);
}

export const formatPoison = ({ guilty, innocent }: PoisonReport): string =>
  [
    formatTable([
      ['guilty job', 'failed after (s)', 'with'],
      ...guilty.map(({ name, seconds, error }) => [name, seconds, error]),
    ]),
    `Innocent jobs beside them: ${innocent.jobs}; completed: ${innocent.completed}.`,
  ].join('\n\n');

export const formatOutages = (rows: readonly OutageRow[]): string =>
  formatTable([
    ['outage', 'seconds', 'runs of the work'],
    ...rows.map(({ outage, seconds, runs }) => [
      outage,
      seconds,
      runs ?? 'not tried: versitygw or the engine is not installed',
    ]),
  ]);

export const formatViolations = (violations: readonly Violation[]): string =>
  violations.length === 0
    ? 'No violations.'
    : violations.map(({ kind, what, message }) => `- ${kind}: ${what}: ${message}`).join('\n');
