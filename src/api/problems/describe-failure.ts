/** Bad fields by the names that the clients of a dialect know them by. */

import type { DarkroomError } from '../../errors.ts';
import type { FieldError } from '../../jobs/validation/invalid-request.ts';

/** The error's message; of `invalid_request` all bad fields, each named by `nameOf` its pointer into the JobSpec. */
export function describeFailure(error: DarkroomError, nameOf: (pointer: string) => string): string {
  const errors = error.details?.['errors'] as readonly FieldError[] | undefined;
  if (error.code !== 'invalid_request' || !errors) return error.message;
  return errors.map(({ pointer, detail }) => `${nameOf(pointer)}: ${detail}`).join('; ');
}
