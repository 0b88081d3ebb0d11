import type { DarkroomProblem } from '../../src/client/client.ts';
import { formatCount } from '../lib/text.ts';
import type { FieldErrors } from './field-errors.ts';

/** Why the server rejected the job. Errors shown at fields are only counted here. */
export function SubmitError({
  problem,
  fieldErrors,
}: {
  problem: DarkroomProblem | null;
  fieldErrors: FieldErrors;
}) {
  const others = fieldErrors.get('') ?? [];
  const atFields = [...fieldErrors.keys()].filter((field) => field !== '').length;
  if (!problem && fieldErrors.size === 0) return null;
  return (
    <div class="problem" role="alert">
      {atFields > 0 && <p>{formatCount(atFields, 'field is invalid', 'fields are invalid')}, see above.</p>}
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
