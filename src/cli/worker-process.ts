/** The worker of `darkroom serve`: a process of its own, so that heavy work never makes the API wait; restarted if it dies. */
import { type ChildProcess, fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Log } from '../log.ts';
import type { TemporalTarget } from '../temporal/connection.ts';

const main = fileURLToPath(new URL('../main.js', import.meta.url));

const FIRST_DELAY_MS = 200;
const LONGEST_DELAY_MS = 10_000;
/** A worker that ran this long was well; its end is no reason to wait. */
const WELL_MS = 30_000;
/** After the time of grace, steps are told to stop; a worker whose steps do not is killed, and they are done again later. */
const FORCE_MS = 25_000;

export interface WorkerProcess {
  /** Resolves once the worker takes work. */
  readonly ready: Promise<void>;
  stop(): Promise<void>;
}

interface Setup {
  readonly target: TemporalTarget;
  readonly embedded: boolean;
  readonly log: Log;
  /** See `DARKROOM_GRACE_MS`. */
  readonly graceMs: number;
}

export function superviseWorker({ target, embedded, log, graceMs }: Setup): WorkerProcess {
  let stopping = false;
  let delay = FIRST_DELAY_MS;
  let child: ChildProcess;
  let timer: NodeJS.Timeout | undefined;
  let becomeReady = () => {};
  const ready = new Promise<void>((resolve) => {
    becomeReady = resolve;
  });
  const env = {
    ...process.env,
    // sharp computes on libuv's threads, which files need too.
    UV_THREADPOOL_SIZE: process.env['UV_THREADPOOL_SIZE'] ?? String(availableParallelism() + 6),
  };

  const start = () => {
    const startedAt = Date.now();
    // A process group of its own: Ctrl-C in the terminal reaches us alone, and we stop the parts in order.
    child = fork(main, embedded ? ['worker', '--embedded', target.address] : ['worker'], {
      env,
      detached: true,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    child.on('message', becomeReady);
    child.once('exit', (code, signal) => {
      if (stopping) return;
      if (Date.now() - startedAt > WELL_MS) delay = FIRST_DELAY_MS;
      log.warn({ code, signal }, `The worker ended unasked; it is started again in ${delay} ms`);
      timer = setTimeout(start, delay);
      delay = Math.min(delay * 2, LONGEST_DELAY_MS);
    });
  };
  start();

  return {
    ready,
    stop: async () => {
      stopping = true;
      clearTimeout(timer);
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = new Promise<void>((resolve) => void child.once('exit', () => resolve()));
      const force = setTimeout(() => child.kill('SIGKILL'), graceMs + FORCE_MS);
      child.kill('SIGTERM');
      await gone;
      clearTimeout(force);
    },
  };
}
