/** Scratch space of one worker process; what workers that were killed left behind is swept first. */
import { mkdir, readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { makeDirectory } from '../data-directory/make-directory.ts';

export async function claimScratch(workDir: string): Promise<string> {
  // Process ids mean something on one machine only, and several may share the directory.
  const ours = `${hostname()}-`;
  const own = join(workDir, `${ours}${process.pid}`);
  await makeDirectory(workDir, 'DARKROOM_WORK');
  const left = (await readdir(workDir)).filter(
    (name) => name.startsWith(ours) && !isAlive(Number(name.slice(ours.length))),
  );
  for (const name of [...left, `${ours}${process.pid}`])
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
