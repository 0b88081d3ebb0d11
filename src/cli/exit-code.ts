/** Exit codes of `darkroom`, for scripts. */
import type { DarkroomProblem, Job } from '../client/client.ts';

export const exitCodes = {
  ok: 0,
  unexpected: 1,
  usage: 2,
  jobFailed: 3,
  jobCancelled: 4,
  notFound: 5,
  rejected: 6,
  unreachable: 7,
  notEnded: 8,
  interrupted: 130,
} as const;

export const exitCodeHelp = `
Exit codes:
  0  success; the job completed           5  no such job, file or operation
  1  unexpected error                     6  the server rejected the request
  2  invalid arguments                    7  the server is unreachable or not ready
  3  the job failed                       8  --timeout expired; the job continues
  4  the job was cancelled              130  interrupted by Ctrl-C
`;

/** Invalid arguments. The message says how to fix them. */
export class UsageError extends Error {
  override name = 'UsageError';
}

export function exitCodeOf({ status, code, isOutage }: DarkroomProblem): number {
  if (code === 'not_ended') return exitCodes.notEnded;
  if (isOutage) return exitCodes.unreachable;
  if (status === 404) return exitCodes.notFound;
  return status >= 400 && status < 500 ? exitCodes.rejected : exitCodes.unexpected;
}

/** Returns the exit code for an ended job. */
export function exitCodeOfJob({ state }: Job): number {
  if (state === 'failed') return exitCodes.jobFailed;
  return state === 'cancelled' ? exitCodes.jobCancelled : exitCodes.ok;
}
