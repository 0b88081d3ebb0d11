/** Error messages that name fields as the clients of a dialect know them. */

import type { DarkroomError } from '../../errors.ts';
import type { FieldError } from '../../jobs/validation/invalid-request.ts';

/**
 * Returns the message of an error; for `invalid_request`, each invalid field with its error.
 *
 * @param toFieldName converts a JSON Pointer into the JobSpec to the client's name of the field
 */
export function describeFailure(error: DarkroomError, toFieldName: (pointer: string) => string): string {
  const errors = error.details?.['errors'] as readonly FieldError[] | undefined;
  if (error.code !== 'invalid_request' || !errors) return error.message;
  return errors.map(({ pointer, detail }) => `${toFieldName(pointer)}: ${detail}`).join('; ');
}
