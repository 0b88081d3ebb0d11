import type { DarkroomProblem } from '../../src/client/client.ts';
import { countText } from '../lib/text.ts';
import type { Faults } from './faults.ts';

/** Why it was not taken: where a field can say it, only how many do. */
export function Refusal({ problem, faults }: { problem: DarkroomProblem | null; faults: Faults }) {
  const others = faults.get('') ?? [];
  const atFields = [...faults.keys()].filter((field) => field !== '').length;
  if (!problem && faults.size === 0) return null;
  return (
    <div class="problem" role="alert">
      {atFields > 0 && <p>{countText(atFields, 'field is wrong', 'fields are wrong')}, marked above.</p>}
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
