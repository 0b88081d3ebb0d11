import { mkdir, readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { toConfigError } from '../data-directory/directory-problem.ts';
import { makeDirectory } from '../data-directory/make-directory.ts';

/**
 * Creates the scratch directory of this process, and removes those of workers that were killed on this machine.
 *
 * @throws {ConfigError} When `workDir` cannot be used.
 */
export async function claimScratch(workDir: string): Promise<string> {
  // Several machines may share the directory, and process ids are local to a machine.
  const ours = `${hostname()}-`;
  const own = join(workDir, `${ours}${process.pid}`);
  await makeDirectory(workDir, 'DARKROOM_WORK');
  try {
    const left = (await readdir(workDir)).filter(
      (name) => name.startsWith(ours) && !isAlive(Number(name.slice(ours.length))),
    );
    for (const name of [...left, `${ours}${process.pid}`])
      await rm(join(workDir, name), { recursive: true, force: true });
    await mkdir(own, { mode: 0o700 });
    return own;
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
