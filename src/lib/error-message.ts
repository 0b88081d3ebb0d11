/** Errors in messages between processes. */
import { DarkroomError, type ErrorCode, type ErrorDetails } from '../errors.ts';

/** An error as plain JSON. */
export interface ErrorMessage {
  /** Null for an unexpected error. */
  readonly code: ErrorCode | null;
  readonly message: string;
  readonly details: ErrorDetails | null;
  readonly stack?: string | undefined;
}

export function toErrorMessage(thrown: unknown): ErrorMessage {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const { code = null, details = null } = error instanceof DarkroomError ? error : {};
  return { code, message: error.message, details, stack: error.stack };
}

/** Returns a DarkroomError for an error with a code, else an Error with the stack of the other process. */
export function fromErrorMessage({ code, message, details, stack }: ErrorMessage): Error {
  if (code) return new DarkroomError(code, message, details ? { details } : {});
  return Object.assign(new Error(message), { stack });
}
