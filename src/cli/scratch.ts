/** Scratch space of one worker process; what workers that were killed left behind is swept first. */
import { mkdir, readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { type LostActivity, readJournal } from '../../activities/journal.ts';
import { makeDirectory } from '../data-directory/make-directory.ts';

interface Scratch {
  /** Directory of this process alone. */
  readonly scratch: string;
  /** Activities that were lost with workers that were killed. */
  readonly lost: readonly LostActivity[];
}

export async function claimScratch(workDir: string): Promise<Scratch> {
  // Process ids mean something on one machine only, and several may share the directory.
  const ours = `${hostname()}-`;
  const own = `${ours}${process.pid}`;
  const scratch = join(workDir, own);
  await makeDirectory(workDir, 'DARKROOM_WORK');
  // In a container, a worker often has the process id of the one before.
  const left = (await readdir(workDir)).filter(
    (name) => name === own || (name.startsWith(ours) && !isAlive(Number(name.slice(ours.length)))),
  );
  const lost: LostActivity[] = [];
  for (const name of left) {
    lost.push(...(await readJournal(join(workDir, name))));
    await rm(join(workDir, name), { recursive: true, force: true });
  }
  await mkdir(scratch);
  return { scratch, lost };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
