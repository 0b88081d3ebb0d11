import type { DarkroomProblem } from '../../src/client/client.ts';

interface Props {
  readonly problem: DarkroomProblem | null;
  /** What failed, such as "The job was not cancelled". */
  readonly what?: string | undefined;
}

/** An error with the message of the server. */
export function ProblemNote({ problem, what }: Props) {
  if (!problem) return null;
  return (
    <div class="problem" role="alert">
      <p>
        {what && <strong>{what}. </strong>}
        {problem.detail} <code>{problem.code}</code>
      </p>
      {problem.errors.length > 1 && (
        <ul>
          {problem.errors.map(({ pointer, detail }) => (
            <li key={`${pointer} ${detail}`}>
              <code>{pointer}</code> {detail}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
