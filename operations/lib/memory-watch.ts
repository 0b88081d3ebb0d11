/** Watches the memory of a process and its descendants. Linux only; a no-op elsewhere. */
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
    const used = await sumResidentBytes(root);
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

/** Processes that have ended count 0. */
async function sumResidentBytes(root: number): Promise<number> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name)).map(Number);
  const parents = await Promise.all(pids.map(async (pid) => [pid, await readParent(pid)] as const));
  const family = new Set([root]);
  // Repeated until nothing is added: a child may have a smaller pid than its parent.
  for (let size = 0; size < family.size; ) {
    size = family.size;
    for (const [pid, parent] of parents) if (family.has(parent)) family.add(pid);
  }
  const sizes = await Promise.all([...family].map(readResidentBytes));
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function readParent(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '');
  // The fields after the name, which may contain anything: state, parent.
  const [, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(parent ?? 0);
}

async function readResidentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'latin1').catch(() => '');
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(status) ?? [];
  return Number(kilobytes ?? 0) * 1024;
}
