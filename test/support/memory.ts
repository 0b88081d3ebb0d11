/** The memory of processes, as `ps` reports it. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Resident memory, in MiB. Throws when there is no such process. */
export async function residentMiB(pid: number): Promise<number> {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)]);
  return Number(stdout) / 1024;
}
