/** Errors in messages between processes. */
import { z } from 'zod';
import { DarkroomError, type ErrorCode, errorCatalogue } from '../errors.ts';

/** Characters of a message and of a stack. */
const MAX_TEXT = 20_000;

/** An error as plain JSON. */
export const errorMessage = z.object({
  /** Null for an unexpected error. */
  code: z.enum(Object.keys(errorCatalogue) as ErrorCode[]).nullable(),
  message: z.string().max(MAX_TEXT),
  details: z.record(z.string(), z.unknown()).nullable(),
  stack: z.string().max(MAX_TEXT).optional(),
});

export type ErrorMessage = z.infer<typeof errorMessage>;

export function toErrorMessage(thrown: unknown): ErrorMessage {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const { code = null, details = null } = error instanceof DarkroomError ? error : {};
  return {
    code,
    message: error.message.slice(0, MAX_TEXT),
    details,
    stack: error.stack?.slice(0, MAX_TEXT),
  };
}

/** Returns a DarkroomError for an error with a code, else an Error with the stack of the other process. */
export function fromErrorMessage({ code, message, details, stack }: ErrorMessage): Error {
  if (code) return new DarkroomError(code, message, details ? { details } : {});
  return Object.assign(new Error(message), { stack });
}
