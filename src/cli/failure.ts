/** Reports a failed command: a sentence on stderr, with --json a document on stdout, and an exit code. */
import { CommanderError } from 'commander';
import { DarkroomProblem } from '../client/client.ts';
import { type ErrorCode, isErrorCode } from '../errors.ts';
import { describeFileError } from '../lib/directory-problem.ts';
import { ConfigError } from '../lib/settings/config-error.ts';
import { exitCodeOf, exitCodes, UsageError } from './exit-code.ts';
import { plain } from './terminal/plain.ts';

/** An error after a job was created. With --json, the document holds the id of the job. */
export class JobFailure extends Error {
  override name = 'JobFailure';
  readonly id: string;

  constructor(id: string, cause: unknown) {
    super(`Job ${id}`, { cause });
    this.id = id;
  }
}

/** Prints the error and returns the exit code. */
export function reportFailure(failure: unknown, json: boolean): number {
  const [error, job] = failure instanceof JobFailure ? [failure.cause, { id: failure.id }] : [failure, {}];
  // Commander has printed the help or the error.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  if (error instanceof DarkroomProblem) {
    if (json) console.log(JSON.stringify({ ...job, error: document(error) }));
    console.error(`darkroom: ${plain(error.detail)}${adviceOn(error)}`);
    return exitCodeOf(error);
  }
  const usage = error instanceof UsageError;
  const message = describe(error);
  if (json) console.log(JSON.stringify({ ...job, error: { code: usage ? 'usage' : 'unexpected', message } }));
  // Errors that an operator can fix get a sentence. Only bugs get a stack.
  const expected = error instanceof Error && (error instanceof ConfigError || usage || !isBug(error));
  console.error(expected ? `darkroom: ${message}` : error);
  return usage ? exitCodes.usage : exitCodes.unexpected;
}

/** Codes of the operating system that have one meaning for every call on a file, and one remedy. */
const fileCodes = ['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT'];

function describe(error: unknown): string {
  const { code = '', syscall = '' } = (error ?? {}) as NodeJS.ErrnoException;
  const isFileError = fileCodes.includes(code) && !/^(spawn|listen|connect|bind|kill)/.test(syscall);
  const file = isFileError ? describeFileError(error) : null;
  if (file) return `${file.problem}. ${file.remedy}`;
  return error instanceof Error ? error.message : String(error);
}

const document = ({ code, detail, status, retryable, errors }: DarkroomProblem) => ({
  code,
  message: detail,
  status,
  retryable,
  ...(errors.length > 0 ? { errors } : {}),
});

const formatSeconds = (ms: number): string => {
  const seconds = Math.ceil(ms / 1000);
  return seconds === 1 ? '1 second' : `${seconds} seconds`;
};

/** What to do, by the code of the error. */
const advice: Readonly<Partial<Record<ErrorCode, string>>> = {
  unauthenticated:
    'Set DARKROOM_TOKEN to a key or token, or store one: darkroom login. "darkroom keys create", on the machine of the server, creates a key.',
  job_not_found: '"darkroom list" shows the jobs of your tenant.',
  operation_not_found: '"darkroom operations" lists the operations of the server.',
  file_not_found: '"darkroom results JOB" lists the files.',
  result_not_ready: '"darkroom watch JOB" waits for the end, "darkroom logs JOB" says what happened.',
  job_still_active: '"darkroom watch JOB" waits for the end, "darkroom cancel JOB" ends it.',
  delivery_not_found: 'The console lists the callbacks of a job: darkroom open JOB.',
};

function adviceOn({ code, isOutage, isLimited, retryAfterMs }: DarkroomProblem): string {
  const known = isErrorCode(code) ? advice[code] : undefined;
  if (known !== undefined) return `\n  ${known}`;
  if (isLimited && retryAfterMs !== null)
    return `\n  The server asks to wait ${formatSeconds(retryAfterMs)}.`;
  if (code === 'not_ended' || !isOutage) return '';
  return code === 'unreachable'
    ? '\n  "darkroom serve" starts a server on this machine; --url or DARKROOM_URL selects another.'
    : '\n  "darkroom doctor", on the machine of the server, finds the cause.';
}

function isBug(error: Error): boolean {
  return error instanceof TypeError || error instanceof ReferenceError || error instanceof SyntaxError;
}
