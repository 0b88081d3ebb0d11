/**
 * The worker of `darkroom serve`: a process of its own, so that CPU-bound work does not slow the API down. It restarts
 * when it ends unexpectedly.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { supervise } from '../lib/supervise.ts';
import type { Log } from '../log.ts';
import type { TemporalTarget } from '../temporal/connection.ts';

const main = fileURLToPath(new URL('../main.js', import.meta.url));

/** After the grace period, a worker aborts its activities. If it still runs this much later, it is killed. */
const KILL_AFTER_MS = 25_000;

export interface WorkerProcess {
  /** Resolves when the worker polls its task queues. */
  readonly ready: Promise<void>;
  /** Resolves when the process has ended. */
  stop(): Promise<void>;
}

interface WorkerProcessOptions {
  readonly target: TemporalTarget;
  /** Whether `target` is the embedded server. */
  readonly embedded: boolean;
  readonly log: Log;
  /** See `DARKROOM_GRACE_MS`. */
  readonly graceMs: number;
}

/** Starts the worker process, and restarts it until `stop` is called. */
export function superviseWorker({ target, embedded, log, graceMs }: WorkerProcessOptions): WorkerProcess {
  const stopping = new AbortController();
  let child: ChildProcess;
  let becomeReady = () => {};
  const ready = new Promise<void>((resolve) => {
    becomeReady = resolve;
  });
  const env = {
    ...process.env,
    // sharp computes on libuv's thread pool, which file access uses too.
    UV_THREADPOOL_SIZE: process.env['UV_THREADPOOL_SIZE'] ?? String(availableParallelism() + 6),
  };
  const run = async () => {
    // A process group of its own: Ctrl-C in the terminal reaches only this process, which stops the parts in order.
    child = fork(main, embedded ? ['worker', '--embedded', target.address] : ['worker'], {
      env,
      detached: true,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    child.on('message', becomeReady);
    const [code, signal] = await once(child, 'exit');
    return { code, signal };
  };
  void supervise(run, {
    signal: stopping.signal,
    onRestart: (ending, delayMs) =>
      log.warn(ending, `The worker ended unexpectedly; it restarts in ${delayMs} ms`),
  });
  return {
    ready,
    stop: async () => {
      stopping.abort();
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      const kill = setTimeout(() => child.kill('SIGKILL'), graceMs + KILL_AFTER_MS);
      child.kill('SIGTERM');
      await exited;
      clearTimeout(kill);
    },
  };
}
