/** The memory of a process and its descendants. Linux only; elsewhere it counts as 0. */
import { readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';

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

/** Returns the process ids of a process and its descendants. */
export async function findFamily(root: number | undefined): Promise<number[]> {
  if (root === undefined) return [];
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name)).map(Number);
  const parents = await Promise.all(pids.map(async (pid) => [pid, await readParent(pid)] as const));
  const family = new Set([root]);
  // Repeated until nothing is added: a child may have a smaller pid than its parent.
  for (let size = 0; size < family.size; ) {
    size = family.size;
    for (const [pid, parent] of parents) if (family.has(parent)) family.add(pid);
  }
  return [...family];
}

async function readParent(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '');
  // The fields after the name, which may contain anything: state, parent.
  const [, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(parent ?? 0);
}

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
