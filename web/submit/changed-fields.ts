/** Which fields a change of the form touches. Their errors are outdated then. */
import type { Draft } from './draft.ts';
import type { FieldErrors } from './field-errors.ts';
import { paramPointer } from './params.ts';

const pointers: Readonly<Partial<Record<keyof Draft, readonly string[]>>> = {
  more: ['/params'],
  files: ['/assets'],
  sources: ['/assets'],
  attributes: ['/assets'],
  id: ['/id'],
  callbackUrl: ['/callback/url', '/callback'],
  callbackToken: ['/callback/token', '/callback'],
  priority: ['/priority'],
  labels: ['/labels'],
};

/** Returns the errors that remain after a change. */
export function dropMendedErrors(errors: FieldErrors, before: Draft, change: Partial<Draft>): FieldErrors {
  if (errors.size === 0) return errors;
  const { entries = before.entries, ...others } = change;
  const names = Object.keys({ ...before.entries, ...entries });
  const touched = new Set([
    // An error without a field may be about any.
    '',
    ...names.filter((name) => entries[name] !== before.entries[name]).map(paramPointer),
    ...(Object.keys(others) as (keyof Draft)[]).flatMap((name) => pointers[name] ?? []),
  ]);
  return new Map([...errors].filter(([pointer]) => !touched.has(pointer)));
}
