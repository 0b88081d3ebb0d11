/** The address of the server that runs on a data directory. Commands on the same machine find the server by it. */
import { readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { toConfigError } from '../lib/directory-problem.ts';

const serverFile = z.object({ url: z.url(), pid: z.int() });

/** Writes the address of this process. Returns a function that removes it. */
export async function publishServerAddress(dataDir: string, url: string): Promise<() => Promise<void>> {
  const path = join(dataDir, 'server.json');
  await writeFile(path, `${JSON.stringify({ url, pid: process.pid })}\n`).catch((error: unknown) => {
    throw toConfigError(error, dataDir, 'DARKROOM_DATA');
  });
  return () => rm(path, { force: true });
}

/** Reads the address of the server on a data directory; null when none runs. */
export function findServerAddress(dataDir: string): string | null {
  try {
    const { url, pid } = serverFile.parse(JSON.parse(readFileSync(join(dataDir, 'server.json'), 'utf8')));
    return isRunning(pid) ? url : null;
  } catch {
    // No server has run there, or the file is not readable.
    return null;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs under another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
