/** The process of the engine: a group of its own that is gone when this has ended, and a JSON object a line from it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DarkroomError } from '../../src/errors.ts';
import { LineReader } from './line-reader.ts';
import { type EngineReport, line } from './probe-report.ts';

/** From the built tree as from the sources. */
const folder = fileURLToPath(
  new URL(
    import.meta.url.includes('/dist/') ? '../../../engines/guestprobe/' : '../../engines/guestprobe/',
    import.meta.url,
  ),
);

/** Characters of what it said last on standard error, for the log. */
const MAX_SAID = 2000;

/** How the process ended, and what it had to say. */
export interface ProbeEnding {
  readonly result?: EngineReport;
  readonly error?: { readonly code: string; readonly message: string };
  /** Exit code, or the signal that ended it. */
  readonly end: number | string | null;
  readonly said: string;
}

/**
 * `packages`: where the engine's packages lie. Rejects with the signal's reason once the process is gone, and with
 * engine_failed or engine_limit when it cannot be started or says what it should not.
 */
export function runProbe(
  args: readonly string[],
  packages: string,
  signal: AbortSignal,
  onProgress: (fraction: number, stage: string) => void,
): Promise<ProbeEnding> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const child = spawn('python3', ['-B', '-m', 'guestprobe', ...sandboxing(), ...args], {
      cwd: folder,
      env: environment(packages),
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let outcome: Pick<ProbeEnding, 'result' | 'error'> = {};
    let said = '';
    let fault: Error | undefined;
    const stop = () => killGroup(child);
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
        fault = error instanceof DarkroomError ? error : misspoken(error);
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
      signal.removeEventListener('abort', stop);
      if (signal.aborted) reject(signal.reason);
      else if (fault) reject(fault);
      else resolve({ ...outcome, end: killedBy ?? code, said });
    });
  });
}

/** No secrets of ours. */
const environment = (packages: string): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  HOME: process.env['HOME'],
  LANG: 'C.UTF-8',
  PYTHONPATH: [folder, packages].join(delimiter),
});

/** An operator whose workers are walled in themselves, where a sandbox within cannot be set up, may do without. */
const sandboxing = (): string[] =>
  process.env['DARKROOM_GUESTPROBE_SANDBOX'] === 'off' ? ['--sandbox', 'off'] : [];

const misspoken = (cause: unknown): DarkroomError =>
  new DarkroomError('engine_failed', 'The disk inspection gave an answer that is none', { cause });

/** It only reads, so there is nothing to clean up, and no reason to ask first. */
function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The group has gone.
  }
}
