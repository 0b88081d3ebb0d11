/**
 * Entry point of every child process of `runInChildProcess`. Imports the module that its argument names, reads the input as the first line
 * of standard input, and runs the module's `task`. Writes a JSON object a line: `{ progress, detail }`, and `{ error }` before exit code 1.
 */
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { DarkroomError } from '../../src/errors.ts';
import type { ChildTask } from './child-task.ts';

const [module = ''] = process.argv.slice(2);
const lines = createInterface({ input: process.stdin });
// The parent keeps the pipe open: it closes when the parent ends, even by SIGKILL.
lines.once('close', () => process.exit(2));

const write = (line: unknown): Promise<void> =>
  new Promise((resolve) => {
    process.stdout.write(`${JSON.stringify(line)}\n`, () => resolve());
  });

try {
  const [input] = await once(lines, 'line');
  const { task }: { task: ChildTask<unknown> } = await import(module);
  await task.run(JSON.parse(input), (progress, detail) => void write({ progress, detail }));
} catch (error) {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const { code, details } = error instanceof DarkroomError ? error : {};
  await write({ error: { code, message, details, stack } });
  process.exit(1);
}
process.exit();
