/**
 * Ends a worker whose event loop is blocked, by an endless loop or a native call that never returns: it would neither work nor answer.
 * Who supervises the process starts another one.
 */
import { writeSync } from 'node:fs';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { Watchdog } from '../lib/watchdog.ts';

/** Signs of life within the limit. */
const SIGNS = 20;

const STDERR = 2;

/** pino's number of the level. */
const FATAL = 60;

/** @param limitMs Milliseconds that the event loop may be blocked. */
export function watchEventLoop(limitMs: number): void {
  const thread = new Worker(new URL(import.meta.url), { workerData: { unresponsiveMs: limitMs } });
  // Neither keeps the process alive.
  thread.unref();
  setInterval(() => thread.postMessage(null), limitMs / SIGNS).unref();
}

/** The thread outside the event loop that it watches. */
function watch(limitMs: number): void {
  const watchdog = new Watchdog(limitMs, () => {
    const msg = `The event loop of this worker was blocked for ${limitMs / 1000} s; the worker ends`;
    writeSync(
      STDERR,
      `${JSON.stringify({ level: FATAL, time: new Date().toISOString(), part: 'worker', msg })}\n`,
    );
    process.kill(process.pid, 'SIGKILL');
  });
  parentPort?.on('message', () => watchdog.feed());
}

const settings = workerData as { unresponsiveMs?: number } | null;
if (!isMainThread && settings?.unresponsiveMs !== undefined) watch(settings.unresponsiveMs);
