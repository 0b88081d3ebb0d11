import { readdir, readFile } from 'node:fs/promises';

/** Processes of this machine whose command line is this (Linux). */
export async function pidsOf(commandLine: string): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  );
  return pids.filter((_, index) => lines[index]?.replaceAll('\0', ' ').trim() === commandLine).map(Number);
}
