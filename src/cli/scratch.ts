import { mkdir, readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { type LostActivity, readJournal } from '../../activities/journal.ts';
import { toConfigError } from '../lib/directory-problem.ts';
import { makeDirectory } from '../lib/make-directory.ts';

interface Scratch {
  /** Directory of this process alone. */
  readonly scratch: string;
  /** Activities that were lost with workers that were killed. */
  readonly lost: readonly LostActivity[];
}

/**
 * Creates the scratch directory of this process, and removes those of workers that were killed on this machine.
 *
 * @throws {ConfigError} When `workDir` cannot be used.
 */
export async function claimScratch(workDir: string): Promise<Scratch> {
  // Several machines may share the directory, and process ids are local to a machine.
  const ours = `${hostname()}-`;
  const own = `${ours}${process.pid}`;
  const scratch = join(workDir, own);
  await makeDirectory(workDir, 'DARKROOM_WORK');
  try {
    // In a container, a worker often has the process id of the one before.
    const left = (await readdir(workDir)).filter(
      (name) => name === own || (name.startsWith(ours) && !isAlive(Number(name.slice(ours.length)))),
    );
    const lost: LostActivity[] = [];
    for (const name of left) {
      lost.push(...(await readJournal(join(workDir, name))));
      await rm(join(workDir, name), { recursive: true, force: true });
    }
    await mkdir(scratch, { mode: 0o700 });
    return { scratch, lost };
  } catch (error) {
    throw toConfigError(error, workDir, 'DARKROOM_WORK');
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
