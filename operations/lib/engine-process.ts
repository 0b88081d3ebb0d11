/** Calls an engine: a Python package of ours as a process group of its own, which says a JSON object a line. */
import { spawn } from 'node:child_process';
import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { DarkroomError } from '../../src/errors.ts';
import { packageRoot } from '../../src/lib/resources.ts';
import { LineReader } from './line-reader.ts';
import { watchMemory } from './memory-watch.ts';
import { killGroup, killWithParent } from './process-group.ts';

const root = new URL('engines/', packageRoot);

/** Bytes of any file that it writes. */
const MAX_FILE = 32 * 2 ** 30;

/** Characters of what it said last on standard error, for the log. */
const MAX_SAID = 2000;

/** The last line is a result or an error, those before report progress. */
const line = z.union([
  z.object({ progress: z.number().min(0).max(1), stage: z.string() }),
  z.object({ result: z.unknown().refine((result) => result !== undefined) }),
  z.object({ error: z.object({ code: z.string(), message: z.string() }) }),
]);

export interface EngineCall {
  /** Its folder in `engines/`, and its Python package. */
  readonly engine: string;
  /** Directory with what was installed for it. */
  readonly packages: string;
  readonly args: readonly string[];
  /** Given on standard input, as JSON. */
  readonly order?: unknown;
  /** Bytes of resident memory; null: no limit. */
  readonly memory: number | null;
  /** For long computations: short ones on the same machine go first. */
  readonly yielding?: boolean;
  readonly signal: AbortSignal;
  readonly onProgress: (fraction: number, doing: string) => void;
}

/** How the process ended, and what it had to say. */
export interface EngineEnding {
  readonly result?: unknown;
  readonly error?: { readonly code: string; readonly message: string };
  /** Exit code, or the signal that ended it. */
  readonly end: number | string | null;
  /** It was ended since it took more memory than it may. */
  readonly overMemory: boolean;
  readonly said: string;
}

/**
 * Rejects with the signal's reason once no process is left, and with engine_failed or engine_limit when the engine cannot be started
 * or says what it should not.
 */
export function callEngine(call: EngineCall): Promise<EngineEnding> {
  const { engine, memory, signal, onProgress } = call;
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const child = start(call);
    const stop = () => killGroup(child.pid);
    let outcome: Pick<EngineEnding, 'result' | 'error'> = {};
    let said = '';
    let fault: Error | undefined;
    let overMemory = false;
    const unwatch = watchMemory(child.pid, memory, () => {
      overMemory = true;
      stop();
    });
    const reader = new LineReader((text) => {
      const parsed = line.parse(JSON.parse(text));
      if ('progress' in parsed) onProgress(parsed.progress, parsed.stage);
      else outcome = parsed;
    });
    child.stdout.on('data', (chunk: Buffer) => {
      if (fault) return;
      try {
        reader.take(chunk);
      } catch (error) {
        fault = error instanceof DarkroomError ? error : misspoken(engine, error);
        stop();
      }
    });
    child.stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-MAX_SAID);
    });
    signal.addEventListener('abort', stop, { once: true });
    child.once('error', (cause) => {
      fault = new DarkroomError('engine_failed', 'Python could not be started on the worker', { cause });
    });
    // Not before its pipes are closed: then nothing of it is left that could hold them.
    child.once('close', (code, killedBy) => {
      unwatch();
      signal.removeEventListener('abort', stop);
      if (signal.aborted) reject(signal.reason);
      else if (fault) reject(fault);
      else resolve({ ...outcome, end: killedBy ?? code, overMemory, said });
    });
  });
}

function start({ engine, packages, args, order, yielding }: EngineCall) {
  const folder = fileURLToPath(new URL(`${engine}/`, root));
  const python = ['python3', '-B', '-m', engine, ...args];
  const limited =
    process.platform === 'linux' ? ['prlimit', `--fsize=${MAX_FILE}`, '--core=0', '--', ...python] : python;
  const [program = '', ...rest] = killWithParent(yielding ? ['nice', '-n', '10', ...limited] : limited);
  const child = spawn(program, rest, {
    cwd: folder,
    // No secrets of ours.
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      LANG: 'C.UTF-8',
      PYTHONPATH: [folder, packages].join(delimiter),
    },
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  // It may end before it has read its order; how it ended tells why.
  child.stdin.on('error', () => undefined);
  child.stdin.end(order === undefined ? '' : JSON.stringify(order));
  return child;
}

/** What an engine said is not what was agreed upon. */
export const misspoken = (engine: string, cause: unknown): DarkroomError =>
  new DarkroomError('engine_failed', `The engine ${engine} gave an answer that is none`, { cause });
