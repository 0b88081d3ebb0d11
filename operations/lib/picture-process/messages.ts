/** Messages between a worker and its picture processes, over Node's IPC channel. */
import type { ErrorMessage } from '../../../src/lib/error-message.ts';

/** From the worker. A process gets the next request when it has answered the one before. */
export interface RequestMessage {
  /** URL of the compiled module of the task. */
  readonly module: string;
  readonly request: unknown;
  readonly files: readonly string[];
  readonly folder: string;
}

interface TaskError extends ErrorMessage {
  /** Whether the kernel refused memory. */
  readonly isOutOfMemory: boolean;
}

/** From a picture process. `facts` or `error` ends a request. */
export type TaskMessage =
  | { readonly ready: true }
  | { readonly progress: number; readonly detail?: string | undefined }
  | { readonly note: readonly [code: string, message: string, index: number | null] }
  /** What is decoded and written in all, so far as it is known. */
  | { readonly pixels: number }
  | { readonly facts: unknown }
  | { readonly error: TaskError };
