/** CPU time and memory of processes. On other systems than Linux the figures are NaN, printed as a dash. */
import { readdir, readFile, writeFile } from 'node:fs/promises';

const isLinux = process.platform === 'linux';

/** Clock ticks per second (USER_HZ). */
const TICKS = 100;

/** Returns the CPU time of a process and its ended children, in seconds. */
async function readCpuSeconds(pid: number): Promise<number> {
  if (!isLinux) return Number.NaN;
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // See proc_pid_stat(5): fields 14 to 17 are the times. Field 2 is the command in parentheses, which may contain spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / TICKS;
}

/** Measures the CPU time of each process during `run`, in seconds. */
export async function measureCpu(pids: readonly number[], run: () => Promise<unknown>): Promise<number[]> {
  const before = await Promise.all(pids.map(readCpuSeconds));
  await run();
  const after = await Promise.all(pids.map(readCpuSeconds));
  return after.map((seconds, index) => seconds - (before[index] ?? 0));
}

/** Returns the ids of the processes that a process has started, and of those that they started. */
export async function listDescendants(pid: number): Promise<number[]> {
  if (!isLinux) return [];
  const tasks = await readdir(`/proc/${pid}/task`);
  const lists = await Promise.all(
    tasks.map((task) => readFile(`/proc/${pid}/task/${task}/children`, 'utf8')),
  );
  const children = lists.flatMap((list) => list.split(' ').filter(Boolean).map(Number));
  return [...children, ...(await Promise.all(children.map(listDescendants))).flat()];
}

/** Returns the resident memory of a process in megabytes: now, and the peak since `resetPeak`. */
export async function memory(pid: number): Promise<{ now: number; peak: number }> {
  if (!isLinux) return { now: Number.NaN, peak: Number.NaN };
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const field = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024;
  return { now: field('VmRSS'), peak: field('VmHWM') };
}

export async function resetPeak(pid: number): Promise<void> {
  if (isLinux) await writeFile(`/proc/${pid}/clear_refs`, '5');
}
