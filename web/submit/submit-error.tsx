import type { DarkroomProblem } from '../../src/client/client.ts';
import { formatCount } from '../lib/text.ts';
import type { FieldErrors } from './field-errors.ts';

/** Why it was not taken: where a field can say it, only how many do. */
export function SubmitError({ problem, fieldErrors }: { problem: DarkroomProblem | null; fieldErrors: FieldErrors }) {
  const others = fieldErrors.get('') ?? [];
  const atFields = [...fieldErrors.keys()].filter((field) => field !== '').length;
  if (!problem && fieldErrors.size === 0) return null;
  return (
    <div class="problem" role="alert">
      {atFields > 0 && <p>{formatCount(atFields, 'field is wrong', 'fields are wrong')}, marked above.</p>}
      {atFields === 0 && others.length === 0 && problem && (
        <p>
          {problem.detail} <code>{problem.code}</code>
        </p>
      )}
      {others.map((words) => (
        <p key={words}>{words}</p>
      ))}
    </div>
  );
}
