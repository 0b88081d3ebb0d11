/** Child processes that end with the test, however it ends. */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';

export interface Child {
  readonly process: ChildProcess;
  readonly pid: number;
  /** The last 16,000 characters that it printed, on either output. */
  readonly output: () => string;
  /** Resolves with its exit code, or the signal that ended it. */
  readonly exited: Promise<number | NodeJS.Signals | null>;
  /** Sends a signal and waits until it is gone; by force when it is not within half a minute. */
  end(signal?: NodeJS.Signals): Promise<void>;
}

const KEPT = 16_000;
const GRACE_MS = 30_000;

/** Throws when the command cannot be run. */
export async function startChild(
  command: string,
  args: readonly string[],
  options: Pick<SpawnOptions, 'cwd' | 'env' | 'uid' | 'gid'> = {},
): Promise<Child> {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed = (printed + text).slice(-KEPT);
    });
  }
  const exited = new Promise<number | NodeJS.Signals | null>((resolve) =>
    child.once('exit', (code, signal) => resolve(code ?? signal)),
  );
  await new Promise<void>((resolve, reject) => child.once('spawn', resolve).once('error', reject));
  const { pid } = child;
  if (pid === undefined) throw new Error(`${command} has no process`);
  guard(child, pid);
  return {
    process: child,
    pid,
    output: () => printed,
    exited,
    end: async (signal = 'SIGTERM') => {
      child.kill(signal);
      const force = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
      await exited;
      clearTimeout(force);
    },
  };
}

/** A test run that is killed runs no cleanup, but its pipes close: a shell that waits for that ends the child. */
function guard(child: ChildProcess, pid: number): void {
  const shell = spawn('sh', ['-c', `cat >/dev/null; kill -KILL ${pid}`], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  shell.unref();
  child.once('exit', () => shell.kill('SIGKILL'));
}
