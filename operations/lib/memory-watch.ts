/** Keeps an eye on the memory of a process and its descendants. Linux only: elsewhere nothing is watched. */
import { readdir, readFile } from 'node:fs/promises';

const INTERVAL_MS = 500;

/**
 * Calls `exceeded` once the resident memory of `root`, and of all that it started in whatever groups, is more than
 * `bytes`. Limits of address space would not do: programs with threads reserve far more than they use. Without a limit, or a
 * process, nothing is watched. Returns what ends the watch.
 */
export function watchMemory(
  root: number | undefined,
  bytes: number | null,
  exceeded: () => void,
): () => void {
  if (root === undefined || bytes === null || process.platform !== 'linux') return () => undefined;
  let timer: NodeJS.Timeout | undefined;
  let over = false;
  const look = async () => {
    const taken = await residentBytes(root);
    if (over) return;
    if (taken > bytes) exceeded();
    else wait();
  };
  const wait = () => {
    timer = setTimeout(() => void look(), INTERVAL_MS);
  };
  wait();
  return () => {
    over = true;
    clearTimeout(timer);
  };
}

/** 0 of processes that have gone. */
async function residentBytes(root: number): Promise<number> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name)).map(Number);
  const parents = await Promise.all(pids.map(async (pid) => [pid, await parentOf(pid)] as const));
  const family = new Set([root]);
  // A child may have a smaller number than its parent, so until nobody comes any more.
  for (let size = 0; size < family.size; ) {
    size = family.size;
    for (const [pid, parent] of parents) if (family.has(parent)) family.add(pid);
  }
  const sizes = await Promise.all([...family].map(residentIn));
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function parentOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '');
  // What follows the name, which may hold anything: state, parent.
  const [, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(parent ?? 0);
}

async function residentIn(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'latin1').catch(() => '');
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(status) ?? [];
  return Number(kilobytes ?? 0) * 1024;
}
