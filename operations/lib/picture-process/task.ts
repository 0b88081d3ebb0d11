/** Work that runs in picture processes: an exported constant named `task`, one a module. */

/** Reports progress: a fraction from 0 to 1, and optionally what is being done. */
export type ReportProgress = (fraction: number, detail?: string) => void;

/** What a task finds in its process. */
export interface TaskContext {
  /** Paths of the files that it may read, in the order in which they were passed. */
  readonly files: readonly string[];
  /** Directory for results and temporary files, empty at the start. Only regular files in it are kept. */
  readonly folder: string;
  readonly report: ReportProgress;
  /** As in a stage. */
  note(code: string, message: string, input?: { readonly index: number }): void;
}

export interface PictureTask<Request, Facts> {
  /** URL of the module that exports the task. */
  readonly module: string;
  /** Runs the work in the current process. */
  run(request: Request, context: TaskContext): Promise<Facts>;
}

/**
 * Defines a task. Request and facts are plain JSON.
 *
 * @param module - `import.meta.url` of the module that exports the result as `task`.
 * @example
 * export const task = pictureTask(import.meta.url, async ({ side }: { side: number }, { files: [path], folder }) => {
 *   await sharp(path).resize(side).toFile(join(folder, 'small.png'));
 * });
 */
export const pictureTask = <Request, Facts>(
  module: string,
  run: (request: Request, context: TaskContext) => Promise<Facts>,
): PictureTask<Request, Facts> => ({ module, run });
