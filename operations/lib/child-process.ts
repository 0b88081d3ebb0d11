/** Runs a task in a child process, which can be killed: libvips itself cannot be interrupted. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { DarkroomError, type ErrorCode, type ErrorDetails } from '../../src/errors.ts';
import { builtRoot, packageRoot } from '../../src/lib/resources.ts';
import type { ChildTask, ReportProgress } from './child-task.ts';

/** A line of the child's standard output. */
type Line = { readonly progress: number; readonly detail?: string } | { readonly error: ChildError };

interface ChildError {
  readonly code?: ErrorCode;
  readonly message: string;
  readonly details?: ErrorDetails;
  readonly stack?: string;
}

/**
 * Runs `task` in a Node process without the worker's environment. Resolves when the task has succeeded.
 *
 * @param input - Plain JSON.
 * @throws The signal's reason once the process has ended; the task's error; or `operation_failed_for_now` when the process could not be
 * started or was killed.
 */
export function runInChildProcess<Input>(
  task: ChildTask<Input>,
  input: Input,
  signal: AbortSignal,
  report: ReportProgress = () => undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      [compiledPath('operations/lib/child.ts'), compiledModule(task.module)],
      {
        stdio: ['pipe', 'pipe', 'ignore'],
        // No secrets; the second and third are where fonts are found.
        env: {
          PATH: process.env['PATH'],
          HOME: process.env['HOME'],
          FONTCONFIG_FILE: process.env['FONTCONFIG_FILE'],
        },
      },
    );
    let failure: ChildError | undefined;
    createInterface({ input: child.stdout }).on('line', (text) => {
      const line: Line = JSON.parse(text);
      if ('error' in line) failure = line.error;
      else report(line.progress, line.detail);
    });
    const kill = () => child.kill('SIGKILL');
    if (signal.aborted) kill();
    signal.addEventListener('abort', kill, { once: true });
    const outage = (why: string) =>
      new DarkroomError(
        'operation_failed_for_now',
        `The process for a large picture ${why}; there may be too little memory`,
      );
    child.once('error', () => reject(outage('could not be started')));
    // The child may end before it has read its input.
    child.stdin.on('error', () => undefined);
    // Stays open: the child exits when it closes.
    child.stdin.write(`${JSON.stringify(input)}\n`);
    child.once('close', (code, killedBy) => {
      signal.removeEventListener('abort', kill);
      if (signal.aborted) reject(signal.reason);
      else if (code === 0) resolve();
      else if (code === 1 && failure) reject(toError(failure));
      else reject(outage(`ended with ${killedBy ?? `code ${code}`}`));
    });
  });
}

/** Node runs the compiled file, also for tests, which run from the sources. */
const compiledPath = (source: string): string =>
  fileURLToPath(new URL(source.replace(/\.ts$/, '.js'), builtRoot));

const compiledModule = (url: string): string =>
  url.endsWith('.ts') ? compiledPath(url.slice(packageRoot.href.length)) : fileURLToPath(url);

function toError({ code, message, details, stack }: ChildError): Error {
  if (code) return new DarkroomError(code, message, details ? { details } : {});
  return Object.assign(new Error(message), { stack });
}
