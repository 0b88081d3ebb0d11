import type { Loaded } from '../lib/use-loaded.ts';
import { ProblemNote } from './problem-note.tsx';

interface Props {
  readonly of: Pick<Loaded<unknown>, 'value' | 'problem'>;
  /** What failed, such as "The usage could not be loaded". */
  readonly what?: string | undefined;
}

/** What stands for a value that is not there yet, or could not be loaded. */
export function LoadNote({ of: { value, problem }, what }: Props) {
  if (problem) return <ProblemNote problem={problem} what={what} />;
  return value === null ? <p class="quiet">Loading …</p> : null;
}
