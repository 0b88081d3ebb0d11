/** Compares how a job ended with the undisturbed run of the same submission. */
import type { Outcome } from '../load/outcome.ts';
import type { Submission } from '../load/submission.ts';
import type { Violation } from './violation.ts';

export function checkOutcome(
  id: string,
  submission: Submission,
  outcome: Outcome,
  expected: Outcome,
): Violation[] {
  const report = (message: string): Violation[] => [{ kind: 'wrong', what: `job ${id}`, message }];
  const describe = ({ state, error }: Outcome) =>
    `${state}${error ? ` (${error.code}: ${error.message})` : ''}`;
  if (outcome.state !== expected.state || outcome.error?.code !== expected.error?.code)
    return report(`it is ${describe(outcome)}; undisturbed it is ${describe(expected)}`);
  if (outcome.run !== 1)
    return [{ kind: 'duplicated', what: `job ${id}`, message: `it had ${outcome.run} runs` }];
  if (submission.isReproducible && outcome.result !== expected.result)
    return report(`its result differs: ${firstDifference(outcome.result, expected.result)}`);
  return [];
}

function firstDifference(one: string, other: string): string {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at++;
  const cut = (text: string) => text.slice(Math.max(0, at - 60), at + 60);
  return `…${cut(one)}… instead of …${cut(other)}…`;
}
