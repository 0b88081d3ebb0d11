/** The server that a killed darkroom left behind: found by a file beside its database, and ended only if it is that. */
import { execFile } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { signature } from './command.ts';

/** How long a server has to end by itself. It takes about a second. */
export const GRACE_MS = 10_000;

/** At once: being killed between a start and this would lose sight of the server. */
export function writePidFile(path: string, pid: number, address: string): void {
  writeFileSync(path, `${JSON.stringify({ pid, address })}\n`, { mode: 0o600 });
}

/** Unless another's pid stands there by now. */
export function removePidFile(path: string, pid: number): void {
  if (pidIn(path) === pid) rmSync(path, { force: true });
}

/** Ends the server of `database` that the file names, if it still runs. Resolves when it is gone. */
export async function reap(pidFile: string, database: string, log: (message: string) => void): Promise<void> {
  const pid = pidIn(pidFile);
  if (pid === null) return;
  if (await isServerInDirectory(pid, database)) {
    log(`A Temporal server that was left running (process ${pid}) is ended first`);
    process.kill(pid, 'SIGTERM');
    if (!(await isGone(pid, database))) {
      process.kill(pid, 'SIGKILL');
      if (!(await isGone(pid, database)))
        throw new Error(`The Temporal server that was left running (process ${pid}) cannot be ended`);
    }
  }
  removePidFile(pidFile, pid);
}

async function isGone(pid: number, database: string): Promise<boolean> {
  for (const deadline = Date.now() + GRACE_MS; Date.now() < deadline; await sleep(50)) {
    if (!(await isServerInDirectory(pid, database))) return true;
  }
  return false;
}

/** Pids are given again: the command line says whether it is still the same. A dead process not yet waited for has none. */
async function isServerInDirectory(pid: number, database: string): Promise<boolean> {
  return (await commandLine(pid)).includes(` ${signature(database).join(' ')} --`);
}

async function commandLine(pid: number): Promise<string> {
  if (process.platform === 'linux') {
    const text = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    return text.replaceAll('\0', ' ');
  }
  const ps = promisify(execFile)('ps', ['-ww', '-o', 'command=', '-p', String(pid)]);
  return ps.then(
    ({ stdout }) => stdout,
    () => '',
  );
}

function pidIn(path: string): number | null {
  try {
    const { pid } = JSON.parse(readFileSync(path, 'utf8')) as { pid?: unknown };
    return Number.isSafeInteger(pid) && Number(pid) > 1 ? Number(pid) : null;
  } catch {
    // No such file, or cut off while it was written.
    return null;
  }
}
