/** Parameters from `--set name=value`. */
import { parseParams } from '../../jobs/validation/params-text.ts';
import type { Schema } from '../../jobs/validation/typed-value.ts';
import { UsageError } from '../exit-code.ts';

type Params = Record<string, unknown>;

/**
 * Returns `base` with the assignments applied.
 *
 * @throws UsageError that names each invalid parameter
 */
export function assign(assignments: readonly string[], base: Params, root: Schema): Params {
  const { params, problems } = parseParams(assignments.map(split), base, root);
  if (problems.length === 0) return params;
  const lines = problems.map(({ index, problem }) => `  --set ${assignments[index]}: ${problem}`);
  throw new UsageError(`Invalid parameters:\n${lines.join('\n')}`);
}

function split(assignment: string): [name: string, text: string] {
  const at = assignment.indexOf('=');
  if (at < 1) throw new UsageError(`--set ${assignment}: write it as name=value`);
  return [assignment.slice(0, at), assignment.slice(at + 1)];
}
