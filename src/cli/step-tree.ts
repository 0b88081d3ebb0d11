/** Formats the steps of a pipeline as a tree: each step below the last one that it uses. */
import type { Job } from '../client/client.ts';
import { formatBytes } from '../lib/units.ts';
import { plain } from './terminal/plain.ts';

type Step = Job['steps'][number];

/**
 * Returns a line for each step.
 *
 * @example
 * // web    image.transform  completed
 * // └ site  image.gallery   running: pages, 40 %
 */
export function formatStepTree(steps: readonly Step[]): string[] {
  const rows = listBelow(steps, null, '');
  const widthOf = (column: 0 | 1) => Math.max(...rows.map((row) => row[column].length));
  const [first, second] = [widthOf(0), widthOf(1)];
  return rows.map(([name, operation, state]) =>
    plain(`${name.padEnd(first)}  ${operation.padEnd(second)}  ${state}`),
  );
}

type Row = readonly [name: string, operation: string, state: string];

function listBelow(steps: readonly Step[], parent: string | null, indent: string): Row[] {
  return steps
    .filter((step) => findParent(step, steps) === parent)
    .flatMap((step): Row[] => [
      [`${indent}${step.name}`, step.operation, describeState(step)],
      ...listBelow(steps, step.name, indent === '' ? '└ ' : `  ${indent}`),
    ]);
}

const findParent = ({ use }: Step, steps: readonly Step[]): string | null =>
  use.findLast((name) => steps.some((step) => step.name === name)) ?? null;

function describeState({ state, stage, progress, use, inputs, files, error }: Step): string {
  const others = use.length > 1 ? `, uses ${use.join(' and ')}` : '';
  const skipped = inputs.skipped > 0 ? `, ${inputs.skipped} skipped by its condition` : '';
  const failed = inputs.failed > 0 ? `, ${inputs.failed} of ${inputs.total} inputs failed` : '';
  const reused = inputs.reused > 0 ? `, ${inputs.reused} of ${inputs.total} reused` : '';
  const noun = files.count === 1 ? 'file' : 'files';
  const given = files.count > 0 ? `: ${files.count} ${noun} of ${formatBytes(files.bytes)}` : '';
  if (error) return `${state}: ${error.message} (${error.code})`;
  if (state === 'running')
    return `${state}: ${stage ?? 'begins'}, ${Math.floor(progress)} %${skipped}${failed}`;
  return `${state}${state === 'waiting' ? others : given + skipped + failed}${reused}`;
}
