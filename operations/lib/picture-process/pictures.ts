/** What operations see of the picture processes. */
import type { PictureTask, ReportProgress, TaskContext } from './task.ts';

export interface TaskOptions {
  /** Files that the task reads. */
  readonly files: readonly string[];
  readonly signal: AbortSignal;
  readonly report: ReportProgress;
  readonly note: TaskContext['note'];
  /** Called with the picture process that runs the task. */
  readonly onProcess?: ((pid: number | undefined) => void) | undefined;
}

/** Runs tasks on pictures of one tenant. */
export interface Pictures {
  /**
   * Runs a task in a picture process.
   *
   * @param keep - Moves results out of the folder, which is cleared afterwards.
   * @throws {PictureFailure} When the task exceeded a limit, or its process died twice.
   * @throws The errors of the task and of `keep`, or the signal's reason once the process has ended.
   */
  run<Request, Facts, Kept>(
    task: PictureTask<Request, Facts>,
    request: Request,
    options: TaskOptions,
    keep: (facts: Facts, folder: string) => Promise<Kept>,
  ): Promise<Kept>;
}
