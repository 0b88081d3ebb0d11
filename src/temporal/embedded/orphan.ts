/** Stops the server that a killed darkroom left running. A file beside the database holds its pid. */
import { execFile } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { signature } from './command.ts';

/** Milliseconds for the server to exit after SIGTERM. It takes about a second. */
export const GRACE_MS = 10_000;

/** Writes synchronously: a kill between the start and this write would leave an unknown server. */
export function writePidFile(path: string, pid: number, address: string): void {
  writeFileSync(path, `${JSON.stringify({ pid, address })}\n`, { mode: 0o600 });
}

/** Removes the file, unless it already holds another pid. */
export function removePidFile(path: string, pid: number): void {
  if (readPid(path) === pid) rmSync(path, { force: true });
}

/** Stops the server of `database` that the file names, if it still runs. Resolves once the process has ended. */
export async function reap(pidFile: string, database: string, log: (message: string) => void): Promise<void> {
  const pid = readPid(pidFile);
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

/** The system reuses pids, so the command line must match. A zombie has none. */
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

/** Returns the pid that a file holds; null when it is missing or incomplete. */
export function readPid(path: string): number | null {
  try {
    const { pid } = JSON.parse(readFileSync(path, 'utf8')) as { pid?: unknown };
    return Number.isSafeInteger(pid) && Number(pid) > 1 ? Number(pid) : null;
  } catch {
    return null;
  }
}
