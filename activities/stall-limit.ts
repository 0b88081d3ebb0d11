/** Ends the work of a stage that hangs: one that neither reports progress, nor computes, nor writes. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Pictures } from '../operations/lib/picture-process/pictures.ts';
import { DarkroomError } from '../src/errors.ts';
import { readCpuMs } from '../src/lib/process-family.ts';

/** Milliseconds between two checks, at most. */
const MAX_INTERVAL_MS = 10_000;

/** Checks within the limit, at least. */
const CHECKS = 20;

/** Share of a core that a process uses when it computes. Timers of a process that waits use less. */
const MIN_CPU_SHARE = 0.005;

/** What shows that a stage does not hang. */
export class SignsOfLife {
  readonly #directory: string;
  readonly #processes = new Set<number>();
  #hasReported = false;
  /** Calls that wait for others, who have limits of their own. */
  #waiting = 0;
  #cpuMs = 0;
  #bytes = 0;

  /** @param directory What the stage writes is below it. */
  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Records that the stage did something. */
  report(): void {
    this.#hasReported = true;
  }

  /** From now on, what the process and its descendants compute counts. */
  addProcess(pid: number | undefined): void {
    this.#hasReported = true;
    if (pid !== undefined) this.#processes.add(pid);
  }

  /** The same picture processes: while a task waits for one of them, the stage does not hang; then it does what the process does. */
  inPictures(pictures: Pictures): Pictures {
    return {
      run: async (task, request, options, keep) => {
        this.#waiting++;
        let isWaiting = true;
        const start = () => {
          if (isWaiting) this.#waiting--;
          isWaiting = false;
        };
        const onProcess = (pid: number | undefined) => {
          start();
          this.addProcess(pid);
        };
        return pictures.run(task, request, { ...options, onProcess }, keep).finally(start);
      },
    };
  }

  /** Whether there was a sign since the last call, `elapsedMs` milliseconds ago. */
  async check(elapsedMs: number): Promise<boolean> {
    const hasReported = this.#hasReported || this.#waiting > 0;
    this.#hasReported = false;
    const cpuMs = await readCpuMs([...this.#processes]);
    // Where it cannot be read, a stage with processes is taken to compute. It is less than before when processes have ended.
    const usedMs = cpuMs === null ? Number.POSITIVE_INFINITY : Math.abs(cpuMs - this.#cpuMs);
    this.#cpuMs = cpuMs ?? 0;
    if (hasReported || (this.#processes.size > 0 && usedMs >= elapsedMs * MIN_CPU_SHARE)) return true;
    const bytes = await countBytes(this.#directory);
    const hasWritten = bytes !== this.#bytes;
    this.#bytes = bytes;
    return hasWritten;
  }
}

async function countBytes(directory: string): Promise<number> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  let sum = 0;
  for (const entry of entries)
    if (entry.isFile())
      sum += await stat(join(entry.parentPath, entry.name)).then(
        ({ size }) => size,
        () => 0,
      );
  return sum;
}

/**
 * Runs work until it has shown no sign of life for `limitMs` milliseconds. Time in which this process did not run does not count.
 *
 * @param limitMs Null: without a limit.
 * @param work Gets a signal that aborts with `signal`, or when it hangs. It must then end.
 * @throws stage_stalled
 */
export async function withStallLimit(
  signal: AbortSignal,
  limitMs: number | null,
  signs: SignsOfLife,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  if (limitMs === null) return work(signal);
  const stalled = new AbortController();
  const stop = watch(signs, limitMs, () => stalled.abort());
  try {
    await work(AbortSignal.any([signal, stalled.signal]));
  } catch (error) {
    if (!stalled.signal.aborted) throw error;
  } finally {
    stop();
  }
  if (stalled.signal.aborted)
    throw new DarkroomError(
      'stage_stalled',
      `it reported no progress, computed nothing and wrote nothing for ${limitMs / 1000} s`,
    );
}

/** Returns a function that ends the watch. */
function watch(signs: SignsOfLife, limitMs: number, onStall: () => void): () => void {
  const intervalMs = Math.min(MAX_INTERVAL_MS, limitMs / CHECKS);
  let idleMs = 0;
  let checkedAt = Date.now();
  let timer: NodeJS.Timeout;
  let isOver = false;
  const check = async () => {
    const elapsedMs = Date.now() - checkedAt;
    checkedAt = Date.now();
    const isAlive = await signs.check(elapsedMs);
    // A process that was suspended has not hung.
    idleMs = isAlive ? 0 : idleMs + Math.min(elapsedMs, 2 * intervalMs);
    if (isOver) return;
    if (idleMs >= limitMs) onStall();
    else wait();
  };
  const wait = () => {
    timer = setTimeout(() => void check(), intervalMs);
  };
  wait();
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}
