/** How a task in a child process ends when its job is aborted. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, vi } from 'vitest';
import { isAlive, processes } from './processes.ts';

/**
 * Starts a task, aborts it, and expects that its process is gone. The task cannot finish before, on a machine of any speed: its
 * output is a pipe that nobody reads.
 *
 * @param module - File name of the compiled module that has the task.
 * @param output - Where the task writes its result.
 */
export async function expectKilledOnAbort(
  module: string,
  output: string,
  start: (signal: AbortSignal) => Promise<unknown>,
): Promise<void> {
  await promisify(execFile)('mkfifo', [output]);
  const abort = new AbortController();
  const running = start(abort.signal);
  running.catch(() => undefined);
  const isTask = ({ parent, command }: { parent: number; command: string }) =>
    parent === process.pid && command.endsWith(module);
  const { pid } = await vi.waitUntil(async () => (await processes()).find(isTask), { timeout: 120_000 });
  abort.abort(new Error('enough'));
  await expect(running).rejects.toThrow('enough');
  expect(await isAlive(pid)).toBe(false);
}
