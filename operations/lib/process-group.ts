/** Process groups of third-party programs, which are killed when the worker or the job ends. */

/** Wraps a command so that it is killed when the worker ends, even by SIGKILL (`setpriv` of util-linux). A no-op outside Linux. */
export const killWithParent = (command: readonly string[]): readonly string[] =>
  process.platform === 'linux' ? ['setpriv', '--pdeathsig', 'KILL', '--', ...command] : command;

/** Signals the group that a `detached` process leads. Does nothing when the group has ended. */
export function killGroup(pid: number | undefined, signal: NodeJS.Signals = 'SIGKILL'): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // The group has ended.
  }
}
