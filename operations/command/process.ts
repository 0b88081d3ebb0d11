/** Runs a command as a process group of its own, within limits. No process of the group is left when it has ended. */
import { spawn } from 'node:child_process';
import { DarkroomError } from '../../src/errors.ts';
import { lineSplitter } from '../../src/lib/line-splitter.ts';
import { findFamily } from '../../src/lib/process-family.ts';
import { killGroup } from '../lib/process-group.ts';
import { watchMemory } from '../lib/process-memory.ts';
import { nameExit, type Sandbox } from '../lib/sandbox/sandbox.ts';
import type { SandboxPolicy } from '../lib/sandbox/sandbox-policy.ts';

/** Characters of the last output, for the error message. */
const MAX_OUTPUT = 2000;
/** Wait after the exit for output that is still in the pipes. */
const DRAIN_MS = 500;
/** From SIGTERM to SIGKILL. */
const GRACE_MS = 2000;

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly seconds: number;
  /** Bytes, of all processes together. */
  readonly residentMemory: number | null;
  readonly sandbox: Sandbox;
  readonly policy: SandboxPolicy;
  readonly onLine: (line: string) => void;
  readonly onProcess: (pid: number | undefined) => void;
}

/** Why the group was stopped before it ended by itself. */
type StopReason = 'timeout' | 'memory';

/**
 * @throws The signal's reason; `engine_limit` for memory; or `operation_failed` with the exit code and the last lines of output
 * (`operation_failed_for_now` when something else killed the process).
 */
export function runProcess(command: Command, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const { program, args, cwd, env, seconds, residentMemory, sandbox, policy, onLine, onProcess } = command;
  const [first = '', ...rest] = sandbox.wrap([program, ...args], policy);
  return new Promise((resolve, reject) => {
    const child = spawn(first, rest, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    onProcess(child.pid);
    let output = '';
    let stopReason: StopReason | undefined;
    let force: NodeJS.Timeout | undefined;
    const stop = () => {
      void terminate(child.pid, sandbox);
      force ??= setTimeout(() => killGroup(child.pid), GRACE_MS);
    };
    const timer = setTimeout(() => {
      stopReason ??= 'timeout';
      stop();
    }, seconds * 1000);
    signal.addEventListener('abort', stop, { once: true });
    const unwatch = watchMemory(child.pid, residentMemory, () => {
      stopReason = 'memory';
      // By force: during a grace period it could grow further.
      killGroup(child.pid);
    });
    for (const stream of [child.stdout, child.stderr]) {
      const split = lineSplitter(onLine);
      stream.setEncoding('utf8');
      stream.on('data', (text: string) => {
        output = (output + text).slice(-MAX_OUTPUT);
        split(text);
      });
    }
    child.once('exit', () => {
      killGroup(child.pid);
      // A process in another session may hold the pipes open.
      setTimeout(() => {
        child.stdout.destroy();
        child.stderr.destroy();
      }, DRAIN_MS).unref();
    });
    const cleanUp = () => {
      clearTimeout(timer);
      clearTimeout(force);
      unwatch();
      signal.removeEventListener('abort', stop);
      killGroup(child.pid);
    };
    child.once('error', (cause) => {
      cleanUp();
      reject(new DarkroomError('operation_failed', `${program} could not be started`, { cause }));
    });
    child.once('close', (code, killedBy) => {
      cleanUp();
      if (signal.aborted) reject(signal.reason);
      else if (code === 0 && !stopReason) resolve();
      else reject(toError(command, stopReason, nameExit(code, killedBy), output));
    });
  });
}

function toError(
  { program, seconds, residentMemory }: Command,
  stopReason: StopReason | undefined,
  ending: string | number,
  output: string,
): DarkroomError {
  if (stopReason === 'memory') {
    const message = `${program} took more than the ${residentMemory} bytes of memory that it may`;
    return new DarkroomError('engine_limit', message);
  }
  const isTimeout = stopReason === 'timeout';
  const how = isTimeout
    ? `ran longer than ${seconds} s`
    : typeof ending === 'string'
      ? `was ended by ${ending}`
      : `ended with code ${ending}`;
  const lines = output.trim().split(/[\r\n]+/);
  const message = [`${program} ${how}`, ...(output.trim() === '' ? [] : [lines.slice(-3).join('; ')])].join(
    ': ',
  );
  // An operator or the kernel's OOM killer: no fault of the program.
  const isKilledFromOutside = ending === 'SIGKILL' && !isTimeout;
  return new DarkroomError(isKilledFromOutside ? 'operation_failed_for_now' : 'operation_failed', message);
}

/** Asks the program to end. bubblewrap itself would kill it at once. */
async function terminate(pid: number | undefined, { kind }: Sandbox): Promise<void> {
  if (kind === 'limits') return killGroup(pid, 'SIGTERM');
  for (const member of await findFamily(pid)) {
    if (member === pid) continue;
    try {
      process.kill(member, 'SIGTERM');
    } catch {
      // It has ended.
    }
  }
}
