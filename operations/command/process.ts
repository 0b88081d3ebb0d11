/** Runs a command as a process group of its own, within limits; nothing of it is left when this has ended. */
import { spawn } from 'node:child_process';
import { DarkroomError } from '../../src/errors.ts';
import { watchMemory } from '../lib/memory-watch.ts';
import { killGroup, killWithParent } from '../lib/process-group.ts';

/** Characters of what it said last, for the error. */
const MAX_SAID = 2000;
/** Output that is still on its way when it has ended. */
const LAST_WORDS_MS = 500;
/** Characters of a line; what goes on without an end is cut. */
const MAX_LINE = 4096;
/** From asking to end to ending by force. */
const GRACE_MS = 2000;

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly seconds: number;
  /** Bytes of address space of each process. */
  readonly memory: number | undefined;
  /** Bytes of resident memory of all together. */
  readonly memoryOfAll: number | null;
  /** Bytes of any file that it writes. */
  readonly fileBytes: number;
  readonly onLine: (line: string) => void;
}

/**
 * Throws the signal's reason, engine_limit, or operation_failed (operation_failed_for_now when it was killed from outside) that
 * says how it ended, in its own words where it has some.
 */
export function runCommand(command: Command, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const { program, args, cwd, env, seconds, memoryOfAll, onLine } = command;
  const [first = '', ...rest] = limited(command, [program, ...args]);
  return new Promise((resolve, reject) => {
    const child = spawn(first, rest, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    let overdue = false;
    let overMemory = false;
    let force: NodeJS.Timeout | undefined;
    const stop = () => {
      killGroup(child.pid, 'SIGTERM');
      force ??= setTimeout(() => killGroup(child.pid), GRACE_MS);
    };
    const timer = setTimeout(() => {
      overdue = true;
      stop();
    }, seconds * 1000);
    signal.addEventListener('abort', stop, { once: true });
    const unwatch = watchMemory(child.pid, memoryOfAll, () => {
      overMemory = true;
      // Asked to end, it could go on to grow.
      killGroup(child.pid);
    });
    for (const stream of [child.stdout, child.stderr]) {
      const lines = linesOf(onLine);
      stream.setEncoding('utf8');
      stream.on('data', (text: string) => {
        said = (said + text).slice(-MAX_SAID);
        lines(text);
      });
    }
    child.once('exit', () => {
      killGroup(child.pid);
      // Something that it left behind in a session of its own may hold its output open; nobody waits for that.
      setTimeout(() => {
        child.stdout.destroy();
        child.stderr.destroy();
      }, LAST_WORDS_MS).unref();
    });
    const ended = () => {
      clearTimeout(timer);
      clearTimeout(force);
      unwatch();
      signal.removeEventListener('abort', stop);
      // Whatever it started and left behind.
      killGroup(child.pid);
    };
    child.once('error', (cause) => {
      ended();
      reject(new DarkroomError('operation_failed', `${program} could not be started`, { cause }));
    });
    child.once('close', (code, killedBy) => {
      ended();
      if (signal.aborted) return reject(signal.reason);
      if (code === 0 && !overMemory && !overdue) return resolve();
      if (overMemory) return reject(tooLarge(program, memoryOfAll));
      // Nothing that it did itself: somebody's kill, or the system's that ran out of memory.
      const outside = killedBy === 'SIGKILL' && !overdue;
      const how = overdue
        ? `ran longer than ${seconds} s`
        : killedBy
          ? `was ended by ${killedBy}`
          : `ended with code ${code}`;
      const words = said
        .trim()
        .split(/[\r\n]+/)
        .slice(-3)
        .join('; ');
      const message = `${program} ${how}${words === '' ? '' : `: ${words}`}`;
      reject(new DarkroomError(outside ? 'operation_failed_for_now' : 'operation_failed', message));
    });
  });
}

const tooLarge = (program: string, bytes: number | null): DarkroomError =>
  new DarkroomError('engine_limit', `${program} took more than the ${bytes} bytes of memory that it may`);

/** Puts lines together from the pieces in which they come. Programs also end them with a carriage return, to write over them. */
function linesOf(onLine: (line: string) => void): (text: string) => void {
  let rest = '';
  return (text) => {
    const lines = (rest + text).split(/[\r\n]+/);
    rest = (lines.pop() ?? '').slice(-MAX_LINE);
    for (const line of lines) if (line !== '') onLine(line);
  };
}

/** By util-linux, too. */
function limited({ memory, fileBytes }: Command, command: readonly string[]): readonly string[] {
  if (process.platform !== 'linux') return command;
  const limits = [`--fsize=${fileBytes}`, '--core=0', ...(memory === undefined ? [] : [`--as=${memory}`])];
  return killWithParent(['prlimit', ...limits, '--', ...command]);
}
