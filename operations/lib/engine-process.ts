/** Runs an engine: a Python package of `engines/` as a process group of its own, which writes a JSON object a line. */
import { spawn } from 'node:child_process';
import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { DarkroomError } from '../../src/errors.ts';
import { type LineLimits, LineReader } from '../../src/lib/line-reader.ts';
import { lineSplitter } from '../../src/lib/line-splitter.ts';
import { packageRoot } from '../../src/lib/resources.ts';
import type { StageContext } from '../operation.ts';
import { killGroup, killWithParent, MAX_FILE, MAX_STDERR } from './process-group.ts';
import { watchMemory } from './process-memory.ts';
import { nameExit } from './sandbox/sandbox.ts';

const root = new URL('engines/', packageRoot);

const limits: LineLimits = {
  // Somewhat more than the engines allow themselves.
  bytes: 40 * 2 ** 20,
  linesPerMinute: 20_000,
  refuse: (fault) => new DarkroomError('engine_limit', `The engine ${fault}`),
};

/** The last line is a result or an error. The lines before it report progress. */
const line = z.union([
  z.object({ progress: z.number().min(0).max(1), stage: z.string() }),
  z.object({ result: z.unknown().refine((result) => result !== undefined) }),
  z.object({ error: z.object({ code: z.string(), message: z.string() }) }),
]);

export interface EngineRun {
  /** Its folder in `engines/`, and its Python package. */
  readonly engine: string;
  /** Directory with the packages that were installed for it, which come first on PYTHONPATH. */
  readonly packages: string;
  readonly args: readonly string[];
  /** Written to standard input as JSON. */
  readonly request?: unknown;
  /** Bytes of resident memory of all its processes; null: no limit. */
  readonly memory: number | null;
  /** For long computations: short ones on the same machine go first. */
  readonly lowPriority?: boolean;
  readonly signal: AbortSignal;
  readonly onProgress: (fraction: number, detail: string) => void;
  /** Called with its process. */
  readonly onProcess: StageContext<unknown>['onProcess'];
  /** Called with each line of its standard error, and with what it does now when that changes. */
  readonly onLine: (line: string) => void;
}

/** How an engine ended. */
export interface EngineExit {
  readonly result?: unknown;
  readonly error?: { readonly code: string; readonly message: string };
  /** Exit code, or the name of the signal that ended the process or what it ran in a sandbox. */
  readonly exit: number | string;
  /** True when it was killed because it exceeded its memory limit. */
  readonly overMemory: boolean;
  /** The end of its standard error. */
  readonly stderr: string;
}

/**
 * @throws The signal's reason once no process is left; `engine_failed` when Python cannot be started or the engine breaks the protocol;
 * `engine_limit` when it writes too long or too many lines.
 */
export function runEngine(run: EngineRun): Promise<EngineExit> {
  const { engine, memory, signal, onProgress, onProcess, onLine } = run;
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const child = startProcess(run);
    onProcess(child.pid);
    const stop = () => killGroup(child.pid);
    let outcome: Pick<EngineExit, 'result' | 'error'> = {};
    let stage = '';
    let stderr = '';
    let failure: Error | undefined;
    let overMemory = false;
    const unwatch = watchMemory(child.pid, memory, () => {
      overMemory = true;
      stop();
    });
    const reader = new LineReader(limits, (text) => {
      const parsed = line.parse(JSON.parse(text));
      if ('progress' in parsed) {
        if (parsed.stage !== stage) onLine(parsed.stage);
        stage = parsed.stage;
        onProgress(parsed.progress, stage);
      } else outcome = parsed;
    });
    const splitStderr = lineSplitter(onLine);
    child.stdout.on('data', (chunk: Buffer) => {
      if (failure) return;
      try {
        reader.add(chunk);
      } catch (error) {
        failure = error instanceof DarkroomError ? error : toProtocolError(engine, error);
        stop();
      }
    });
    child.stderr.on('data', (chunk: Buffer) => {
      const text = chunk.toString();
      stderr = (stderr + text).slice(-MAX_STDERR);
      splitStderr(text);
    });
    signal.addEventListener('abort', stop, { once: true });
    child.once('error', (cause) => {
      failure = new DarkroomError('engine_failed', 'Python could not be started on the worker', { cause });
    });
    // `close`, not `exit`: the pipes close when no process of the group is left that holds them.
    child.once('close', (code, killedBy) => {
      unwatch();
      signal.removeEventListener('abort', stop);
      if (signal.aborted) reject(signal.reason);
      else if (failure) reject(failure);
      else resolve({ ...outcome, exit: nameExit(code, killedBy), overMemory, stderr });
    });
  });
}

function startProcess({ engine, packages, args, request, lowPriority }: EngineRun) {
  const folder = fileURLToPath(new URL(`${engine}/`, root));
  const python = ['python3', '-B', '-m', engine, ...args];
  const limited =
    process.platform === 'linux' ? ['prlimit', `--fsize=${MAX_FILE}`, '--core=0', '--', ...python] : python;
  const [program = '', ...rest] = killWithParent(lowPriority ? ['nice', '-n', '10', ...limited] : limited);
  const child = spawn(program, rest, {
    // `-m` searches the working directory first.
    cwd: packages,
    // Without the worker's secrets.
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      LANG: 'C.UTF-8',
      // Threads of OpenMP that wait for others sleep. By default they spin, which takes the cores from other work.
      OMP_WAIT_POLICY: 'PASSIVE',
      PYTHONPATH: [packages, folder].join(delimiter),
    },
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  // It may end before it has read its request; the exit code says why.
  child.stdin.on('error', () => undefined);
  child.stdin.end(request === undefined ? '' : JSON.stringify(request));
  return child;
}

/**
 * Returns whether an operator or the kernel's OOM killer ended the engine. Another attempt may complete; an engine that is killed each
 * time probably needs more memory than there is.
 */
export const wasKilled = ({ exit, overMemory }: EngineExit): boolean =>
  !overMemory && (exit === 'SIGKILL' || exit === 'SIGTERM');

/** The error for output that does not follow the protocol. */
export const toProtocolError = (engine: string, cause: unknown): DarkroomError =>
  new DarkroomError('engine_failed', `The engine ${engine} returned an invalid answer`, { cause });
