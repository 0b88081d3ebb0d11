/** Validation errors at the fields of the form. */
import type { FieldProblem } from '../../src/client/client.ts';

/** JSON Pointer of a field → its errors. `''` has the errors without a field. */
export type FieldErrors = ReadonlyMap<string, readonly string[]>;

export const noFieldErrors: FieldErrors = new Map();

/**
 * Assigns each problem to the field with the longest matching pointer.
 *
 * @param fields JSON Pointers of all fields.
 */
export function assignFieldErrors(problems: readonly FieldProblem[], fields: readonly string[]): FieldErrors {
  const errors = new Map<string, string[]>();
  for (const { pointer, detail } of problems) {
    const field = fields
      .filter((candidate) => pointer === candidate || pointer.startsWith(`${candidate}/`))
      .reduce((best, candidate) => (candidate.length > best.length ? candidate : best), '');
    const rest = pointer.slice(field.length);
    const text = rest === '' ? detail : `${field === '' ? pointer : rest.slice(1)}: ${detail}`;
    errors.set(field, [...(errors.get(field) ?? []), text]);
  }
  return errors;
}
