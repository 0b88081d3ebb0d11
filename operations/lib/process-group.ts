/** Programs of others as process groups of their own, of which nothing is left when the worker or the job ends. */

/**
 * A command that ends along with the worker, even when that is killed, by util-linux, which is on every Linux.
 * Elsewhere it is the command itself.
 */
export const killWithParent = (command: readonly string[]): readonly string[] =>
  process.platform === 'linux' ? ['setpriv', '--pdeathsig', 'KILL', '--', ...command] : command;

/** Of a process that leads its group (`detached`). A group that has gone is no failure. */
export function killGroup(pid: number | undefined, signal: NodeJS.Signals = 'SIGKILL'): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // The group has gone.
  }
}
