/** What can be killed, and how often each is. */
import type { ProcessRow } from './process-family.ts';

export const targets = {
  api: 'API (with the supervisor of the others)',
  worker: 'worker',
  picture: 'picture process',
  command: 'sandboxed command',
  engine: 'engine process',
  alone: 'process of an activity that runs alone',
  temporal: 'Temporal',
  everything: 'all processes at once',
} as const;

export type Target = keyof typeof targets;

/** A target with twice the weight is killed twice as often, while a process of it runs. */
export const weights: Readonly<Record<Target, number>> = {
  api: 2,
  worker: 4,
  picture: 4,
  command: 4,
  engine: 4,
  alone: 1,
  temporal: 3,
  everything: 1,
};

/** What the command line of each has. The first that matches counts. */
const marks: readonly [Target, RegExp][] = [
  ['api', /\bmain\.js serve\b/],
  ['worker', /\bmain\.js worker\b/],
  ['temporal', /\bstart-dev\b/],
  ['alone', /\bactivity-process\.js\b/],
  ['picture', /\/picture-process\/child\.js\b/],
  ['engine', /\bpython[\d.]* |\b-m (guestprobe|reconstruct)\b/],
  ['command', /./],
];

/** Returns the running processes of each target. */
export function groupByTarget(rows: readonly ProcessRow[]): Map<Target, ProcessRow[]> {
  const groups = new Map<Target, ProcessRow[]>();
  for (const row of rows) {
    const target = marks.find(([, mark]) => mark.test(row.command))?.[0];
    if (target !== undefined) groups.set(target, [...(groups.get(target) ?? []), row]);
  }
  if (groups.has('api')) groups.set('everything', [...rows]);
  return groups;
}
