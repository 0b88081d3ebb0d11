import { DarkroomProblem } from '../../src/client/client.ts';

/** Converts any thrown value to a problem that can be shown. */
export function toProblem(error: unknown): DarkroomProblem {
  if (error instanceof DarkroomProblem) return error;
  const detail = error instanceof Error ? error.message : String(error);
  return new DarkroomProblem({ status: 0, code: 'console', detail, retryable: false }, { cause: error });
}
