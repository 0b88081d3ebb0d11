/** The CPU time of processes and their descendants. */
import { readFile } from 'node:fs/promises';
import { findFamily } from './process-family.ts';

/** Milliseconds of a clock tick: USER_HZ is 100 on every platform of Linux. */
const TICK_MS = 10;

/** Returns the milliseconds that these processes, their descendants and their ended children have used; null outside Linux. */
export async function readCpuMs(roots: readonly number[]): Promise<number | null> {
  if (process.platform !== 'linux') return null;
  const families = await Promise.all(roots.map(findFamily));
  const used = await Promise.all([...new Set(families.flat())].map(readTicks));
  return TICK_MS * used.reduce((sum, ticks) => sum + ticks, 0);
}

async function readTicks(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '');
  // The fields after the name, which may contain anything. The times are numbers 14 to 17 (proc_pid_stat(5)).
  const times = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 15);
  return times.reduce((sum, ticks) => sum + Number(ticks), 0);
}
