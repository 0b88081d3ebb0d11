/** What Linux reports about processes in `/proc/PID/stat` (proc_pid_stat(5)). */
import { readdir, readFile } from 'node:fs/promises';

export interface ProcessStat {
  readonly pid: number;
  /** A letter, such as `R`; `Z` for a process that has ended and that its parent has not waited for. */
  readonly state: string;
  readonly parent: number;
  /** Milliseconds that the process and its ended children have used. */
  readonly cpuMs: number;
  /** In clock ticks since the start of the machine. Distinguishes two processes that had the same id. */
  readonly startedAt: string;
}

/** Milliseconds of a clock tick: USER_HZ is 100 on every platform of Linux. */
const TICK_MS = 10;

/** Null if there is no such process, and outside Linux. */
export async function readProcessStat(pid: number): Promise<ProcessStat | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => null);
  if (stat === null) return null;
  // Field 2 is the name in parentheses, which may contain anything. Then come the state (3), the parent (4), the times (14 to 17)
  // and the start (22).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = fields.slice(11, 15).reduce((sum, each) => sum + Number(each), 0);
  const [state = '', parent] = fields;
  return { pid, state, parent: Number(parent), cpuMs: TICK_MS * ticks, startedAt: fields[19] ?? '' };
}

/** Returns the ids of all processes of this machine; none outside Linux. */
export const listPids = async (): Promise<number[]> =>
  (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name)).map(Number);
