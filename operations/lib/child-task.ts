/** Work that a child process can run: an exported constant named `task`, one a module. */

/** Reports progress: a fraction from 0 to 1, and optionally what is being done. */
export type ReportProgress = (fraction: number, detail?: string) => void;

export interface ChildTask<Input> {
  /** URL of the module that exports the task. */
  readonly module: string;
  /** Runs the work in the current process. */
  run(input: Input, report?: ReportProgress): Promise<void>;
}

/**
 * Defines a task. Its input must be plain JSON.
 *
 * @param module - `import.meta.url` of the module that exports the result as `task`.
 * @example
 * export const task = childTask(import.meta.url, async ({ from, to }: Copy) => copyFile(from, to));
 * // In another module:
 * await runInChildProcess(task, { from, to }, signal);
 */
export const childTask = <Input>(
  module: string,
  run: (input: Input, report: ReportProgress) => Promise<void>,
): ChildTask<Input> => ({ module, run: (input, report = () => undefined) => run(input, report) });
