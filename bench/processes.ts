/** CPU time and memory of processes. On other systems than Linux the figures are NaN, printed as a dash. */
import { readFile, writeFile } from 'node:fs/promises';
import { findFamily } from '../src/lib/process-family.ts';
import { readProcessStat } from '../src/lib/process-stat.ts';

/** Whether this system reports the CPU time and memory of processes. */
export const hasProcessFigures = process.platform === 'linux';

/** Returns the CPU time of a process and its ended children, in seconds. */
async function readCpuSeconds(pid: number): Promise<number> {
  if (!hasProcessFigures) return Number.NaN;
  const stat = await readProcessStat(pid);
  if (stat === null) throw new Error(`Process ${pid} has ended`);
  return stat.cpuMs / 1000;
}

/** Measures the CPU time of each process during `run`, in seconds. */
export async function measureCpu(pids: readonly number[], run: () => Promise<unknown>): Promise<number[]> {
  const before = await Promise.all(pids.map(readCpuSeconds));
  await run();
  const after = await Promise.all(pids.map(readCpuSeconds));
  return after.map((seconds, index) => seconds - (before[index] ?? 0));
}

/** Returns the ids of the processes that a process has started, and of those that they started, in ascending order. */
export const listDescendants = async (root: number): Promise<number[]> =>
  (await findFamily(root)).filter((pid) => pid !== root).sort((one, other) => one - other);

/** Returns the resident memory of a process in megabytes: now, and the peak since `resetPeak`. */
export async function memory(pid: number): Promise<{ now: number; peak: number }> {
  if (!hasProcessFigures) return { now: Number.NaN, peak: Number.NaN };
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const field = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024;
  return { now: field('VmRSS'), peak: field('VmHWM') };
}

export async function resetPeak(pid: number): Promise<void> {
  if (hasProcessFigures) await writeFile(`/proc/${pid}/clear_refs`, '5');
}
