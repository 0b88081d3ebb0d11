/** The descendants of processes. Linux only; elsewhere they have none. */
import { listPids, type ProcessStat, readProcessStat } from './process-stat.ts';

/** Returns the process ids of a process and its descendants. */
export async function findFamily(root: number | undefined): Promise<number[]> {
  return root === undefined ? [] : [...addDescendants([root], await readAllProcesses())];
}

/** Returns the milliseconds that these processes, their descendants and their ended children have used; null outside Linux. */
export async function readCpuMs(roots: readonly number[]): Promise<number | null> {
  if (process.platform !== 'linux') return null;
  const all = await readAllProcesses();
  const family = addDescendants(roots, all);
  return all.reduce((sum, { pid, cpuMs }) => sum + (family.has(pid) ? cpuMs : 0), 0);
}

/** Returns the ids of `roots`, and of all processes that descend from them. */
export function addDescendants(
  roots: Iterable<number>,
  all: readonly Pick<ProcessStat, 'pid' | 'parent'>[],
): Set<number> {
  const family = new Set(roots);
  // Repeated until nothing is added: a child may have a smaller pid than its parent.
  for (let size = -1; size < family.size; ) {
    size = family.size;
    for (const { pid, parent } of all) if (family.has(parent)) family.add(pid);
  }
  return family;
}

const readAllProcesses = async (): Promise<ProcessStat[]> =>
  (await Promise.all((await listPids()).map(readProcessStat))).flatMap((stat) => stat ?? []);
