/** Errors that name each invalid field of a request. */
import type { z } from 'zod';
import { DarkroomError } from '../../errors.ts';
import { dedupeIssues } from '../../lib/zod-messages.ts';

/** One invalid field. */
export interface FieldError {
  /** JSON Pointer (RFC 6901) from the root of the request. */
  readonly pointer: string;
  /** Sentence whose subject is the field, such as "must be a string". */
  readonly detail: string;
}

/** Messages name this many fields. */
const NAMED_FIELDS = 3;

/** `details.errors` has this many fields at most. */
const MAX_ERRORS = 100;

/** Returns an `invalid_request` error with the invalid fields in `details.errors`. */
export function invalidRequest(errors: readonly FieldError[]): DarkroomError {
  const named = errors
    .slice(0, NAMED_FIELDS)
    .map(({ pointer, detail }) => `${pointer || 'the body'}: ${detail}`);
  const more = errors.length > NAMED_FIELDS ? `; and ${errors.length - NAMED_FIELDS} more` : '';
  return new DarkroomError('invalid_request', named.join('; ') + more, {
    details: { errors: errors.slice(0, MAX_ERRORS) },
  });
}

/** Converts the issues of a schema. An unknown field is named itself, not the object that contains it. */
export const listInvalidFields = (issues: readonly z.core.$ZodIssue[]): FieldError[] =>
  dedupeIssues(issues).flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({ pointer: toPointer([...issue.path, key]), detail: 'unknown field' }))
      : [{ pointer: toPointer(issue.path), detail: issue.message }],
  );

/** Returns an `invalid_request` error with the issues of a schema. */
export const invalidFields = (issues: readonly z.core.$ZodIssue[]): DarkroomError =>
  invalidRequest(listInvalidFields(issues));

/**
 * Formats a path as JSON Pointer (RFC 6901).
 *
 * @example
 * toPointer(['assets', 0, 'name']) // '/assets/0/name'
 */
export const toPointer = (path: readonly PropertyKey[]): string =>
  path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
