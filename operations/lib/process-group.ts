/** Process groups of third-party programs, which are killed when the worker or the job ends. */
import { writeFileSync } from 'node:fs';

/** Bytes of any file that a process writes. */
export const MAX_FILE = 32 * 2 ** 30;

/** Characters of standard error that are kept for the log. */
export const MAX_STDERR = 2000;

/** Wraps a command so that it is killed when the worker ends, even by SIGKILL (`setpriv` of util-linux). A no-op outside Linux. */
export const killWithParent = (command: readonly string[]): readonly string[] =>
  process.platform === 'linux' ? ['setpriv', '--pdeathsig', 'KILL', '--', ...command] : command;

/** When the machine runs out of memory, Linux ends processes with a higher `score` first (proc(5), `oom_score_adj`: up to 1000). */
export function preferForOutOfMemory(pid: number | undefined, score: number): void {
  try {
    writeFileSync(`/proc/${pid}/oom_score_adj`, String(score));
  } catch {
    // It has ended, the machine forbids it, or this is not Linux.
  }
}

/** Signals the group that a `detached` process leads. Does nothing when the group has ended. */
export function killGroup(pid: number | undefined, signal: NodeJS.Signals = 'SIGKILL'): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // The group has ended.
  }
}
