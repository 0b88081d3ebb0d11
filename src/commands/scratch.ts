/** Scratch space of one worker process; what workers that were killed left behind is swept first. */
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

export async function claimScratch(workDir: string): Promise<string> {
  const own = join(workDir, String(process.pid));
  await mkdir(workDir, { recursive: true });
  const left = (await readdir(workDir)).filter((name) => /^\d+$/.test(name) && !isAlive(Number(name)));
  for (const name of [...left, String(process.pid)])
    await rm(join(workDir, name), { recursive: true, force: true });
  await mkdir(own);
  return own;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
