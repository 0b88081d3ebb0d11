/** The memory of a process and its descendants. Linux only; elsewhere it counts as 0. */
import { readFileSync } from 'node:fs';
import { findFamily } from '../../src/lib/process-family.ts';

const INTERVAL_MS = 500;

/**
 * Calls `exceeded` once, when the resident memory of `root` and its descendants exceeds `bytes`. Address space limits do not work
 * here: programs with threads reserve far more than they use. A no-op without a limit or a process.
 *
 * @returns A function that stops the watch.
 */
export function watchMemory(
  root: number | undefined,
  bytes: number | null,
  exceeded: () => void,
): () => void {
  if (root === undefined || bytes === null || process.platform !== 'linux') return () => undefined;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const check = async () => {
    const used = (await findFamily(root)).reduce((sum, pid) => sum + readMemory(pid).resident, 0);
    if (stopped) return;
    if (used > bytes) exceeded();
    else wait();
  };
  const wait = () => {
    timer = setTimeout(() => void check(), INTERVAL_MS);
  };
  wait();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}

/** Sums the memory that processes do not share with files, in bytes. Those that have ended count 0. */
export const sumPrivateBytes = (pids: readonly number[]): number =>
  pids.reduce((sum, pid) => sum + readMemory(pid).private, 0);

/** Bytes: all that is in memory, and the part that is not shared with files. */
function readMemory(pid: number): { resident: number; private: number } {
  let status = '';
  try {
    status = readFileSync(`/proc/${pid}/status`, 'latin1');
  } catch {
    // It has ended.
  }
  const read = (field: string) =>
    1024 * Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? 0);
  return { resident: read('VmRSS'), private: read('RssAnon') };
}
