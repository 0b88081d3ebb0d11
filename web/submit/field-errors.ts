/** Refusals, at the fields that they are about. */
import type { FieldProblem } from '../../src/client/client.ts';

/** Field → what is wrong there. Fields are named by their pointer; `''` has what belongs to none. */
export type FieldErrors = ReadonlyMap<string, readonly string[]>;

export const noFieldErrors: FieldErrors = new Map();

/** `fields`: pointers of all fields. The nearest field above the pointer of a problem shows it. */
export function assignFieldErrors(problems: readonly FieldProblem[], fields: readonly string[]): FieldErrors {
  const faults = new Map<string, string[]>();
  for (const { pointer, detail } of problems) {
    const field = fields
      .filter((candidate) => pointer === candidate || pointer.startsWith(`${candidate}/`))
      .reduce((best, candidate) => (candidate.length > best.length ? candidate : best), '');
    const rest = pointer.slice(field.length);
    const said = rest === '' ? detail : `${field === '' ? pointer : rest.slice(1)}: ${detail}`;
    faults.set(field, [...(faults.get(field) ?? []), said]);
  }
  return faults;
}
