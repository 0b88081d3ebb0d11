/** The descendants of a process. Linux only; elsewhere it has none. */
import { readdir, readFile } from 'node:fs/promises';

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
