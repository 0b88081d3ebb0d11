/** Runs a script of ours as a child process that is killed when the job is cancelled: libvips itself cannot be interrupted. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { DarkroomError } from '../../src/errors.ts';
import { builtRoot } from '../../src/lib/resources.ts';

/** Node runs the compiled scripts, also for tests, which run from the sources. */
const operations = new URL('operations/', builtRoot);

/** Characters of what the script said on standard error. */
const MAX_MESSAGE = 2000;

/**
 * `script`: a compiled file below `operations/`, which is given `order` as JSON. Resolves when it exits with 0. Rejects with the
 * signal's reason once the process is gone, or with an Error of what it said on standard error. `hear` is given each
 * line of its standard output.
 */
export function inProcessOfItsOwn(
  script: string,
  order: unknown,
  signal: AbortSignal,
  hear?: (line: string) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      [fileURLToPath(new URL(script, operations)), JSON.stringify(order)],
      {
        // Its standard input ends with us, and so does it, even when we are killed.
        stdio: ['pipe', 'pipe', 'pipe'],
        // No secrets of ours; the second and third are where fonts are found.
        env: {
          PATH: process.env['PATH'],
          HOME: process.env['HOME'],
          FONTCONFIG_FILE: process.env['FONTCONFIG_FILE'],
        },
      },
    );
    let said = '';
    child.stderr.on('data', (chunk) => {
      said = (said + String(chunk)).slice(-MAX_MESSAGE);
    });
    if (hear) createInterface({ input: child.stdout }).on('line', hear);
    else child.stdout.resume();
    const kill = () => child.kill('SIGKILL');
    if (signal.aborted) kill();
    signal.addEventListener('abort', kill, { once: true });
    const outage = (why: string) =>
      new DarkroomError(
        'operation_failed_for_now',
        `The process for a big picture ${why}; there may be too little memory`,
      );
    child.once('error', () => reject(outage('could not be started')));
    child.stdin.on('error', () => undefined);
    child.once('close', (code, killedBy) => {
      signal.removeEventListener('abort', kill);
      if (signal.aborted) reject(signal.reason);
      else if (code === 0) resolve();
      else if (code === 1 && said !== '') reject(new Error(said));
      else reject(outage(`was ended by ${killedBy ?? `code ${code}`}`));
    });
  });
}
