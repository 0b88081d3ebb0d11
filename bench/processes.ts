/** What processes use, as Linux tells it; elsewhere the figures are NaN, and shown as a dash. */
import { readFile, writeFile } from 'node:fs/promises';

const told = process.platform === 'linux';

/** Linux counts a process's time in hundredths of a second, whatever its clock. */
const TICKS = 100;

/** Seconds that a process has computed so far, with those of its children that have ended. */
async function cpuSeconds(pid: number): Promise<number> {
  if (!told) return Number.NaN;
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The command in parentheses may hold anything. After it: the state, and 10 fields further on the times.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / TICKS;
}

/** Seconds that processes compute while something runs, in the order of the processes. */
export async function computing(pids: readonly number[], run: () => Promise<unknown>): Promise<number[]> {
  const before = await Promise.all(pids.map(cpuSeconds));
  await run();
  const after = await Promise.all(pids.map(cpuSeconds));
  return after.map((seconds, index) => seconds - (before[index] ?? 0));
}

/** Megabytes of memory that a process holds now, and the most since `forgetPeak`. */
export async function memory(pid: number): Promise<{ now: number; peak: number }> {
  if (!told) return { now: Number.NaN, peak: Number.NaN };
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const field = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024;
  return { now: field('VmRSS'), peak: field('VmHWM') };
}

/** From now on `memory` tells a new peak. */
export async function forgetPeak(pid: number): Promise<void> {
  if (told) await writeFile(`/proc/${pid}/clear_refs`, '5');
}
