/** Keeps an eye on the memory of a process group. Linux only: elsewhere nothing is watched. */
import { readdir, readFile } from 'node:fs/promises';

const INTERVAL_MS = 500;

/**
 * Calls `exceeded` once the resident memory of the group of `leader` is more than `bytes`. Limits of address space would not
 * do: programs with threads reserve far more than they use. Returns what ends the watch.
 */
export function watchMemory(leader: number, bytes: number, exceeded: () => void): () => void {
  if (process.platform !== 'linux') return () => undefined;
  let timer: NodeJS.Timeout | undefined;
  let over = false;
  const look = async () => {
    if ((await residentBytes(leader)) > bytes && !over) return exceeded();
    if (!over) wait();
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

/** 0 of a group that has gone. */
async function residentBytes(leader: number): Promise<number> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const sizes = await Promise.all(pids.map((pid) => residentIn(leader, pid)));
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function residentIn(leader: number, pid: string): Promise<number> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'latin1');
    // What follows the name, which may hold anything: state, parent, group.
    const [, , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (Number(group) !== leader) return 0;
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'latin1')) ?? [];
    return Number(kilobytes ?? 0) * 1024;
  } catch {
    return 0;
  }
}
