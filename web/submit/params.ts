/** Parses the form fields to parameters. */
import type { FieldProblem } from '../../src/client/client.ts';
import { parseJsonText } from '../../src/lib/json-faults.ts';
import { parseNumberText } from '../../src/lib/number-text.ts';
import type { Field } from './fields.ts';

/** Parameter name → text of the field, or the checked values. Untouched fields are absent. */
export type Entries = Readonly<Record<string, string | readonly string[]>>;

export interface ParsedParams {
  readonly params: Record<string, unknown>;
  /** Values that cannot be sent. The server validates the rest. */
  readonly errors: readonly FieldProblem[];
}

/** Parses all fields. `more` is a JSON object with parameters that have no field, or an empty text. */
export function parseParams(fields: readonly Field[], entries: Entries, more: string): ParsedParams {
  const params: Record<string, unknown> = {};
  const errors: FieldProblem[] = [];
  const given = parseJson(more);
  if (given.error !== null) errors.push({ pointer: '/params', detail: given.error });
  else if (given.value !== undefined) {
    if (isObject(given.value)) Object.assign(params, given.value);
    else errors.push({ pointer: '/params', detail: 'must be a JSON object, such as {"key": "value"}' });
  }
  for (const field of fields) {
    const { value, error } = parseEntry(field, entries[field.name]);
    if (error !== null) errors.push({ pointer: paramPointer(field.name), detail: error });
    else if (value !== undefined) params[field.name] = value;
  }
  return { params, errors };
}

/** JSON Pointer (RFC 6901) to a parameter. */
export const paramPointer = (name: string): string =>
  `/params/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;

interface ParsedEntry {
  /** Undefined: omitted. */
  readonly value: unknown;
  readonly error: string | null;
}

const valid = (value: unknown): ParsedEntry => ({ value, error: null });

function parseEntry(field: Field, entry: Entries[string] | undefined): ParsedEntry {
  if (entry === undefined) return valid(undefined);
  if (typeof entry !== 'string') return valid(sameList(entry, field.fallback) ? undefined : entry);
  const text = entry.trim();
  if (text === '' && field.kind !== 'text') return valid(undefined);
  switch (field.kind) {
    case 'choice':
      return parseJson(text);
    case 'flag':
      return valid((text === 'true') === field.fallback ? undefined : text === 'true');
    case 'number': {
      const { value = text, fault = null } = parseNumberText(text);
      // A text that is not a number is sent unchanged; the server rejects it.
      return { value, error: fault };
    }
    case 'lines':
      return valid(splitLines(text));
    case 'json':
      return parseWords(text, field) ?? parseJson(text);
    default:
      return valid(entry === '' ? undefined : entry);
  }
}

/** Parses a word, or words of a list with commas between them; null for anything else. */
function parseWords(text: string, { words, items }: Extract<Field, { kind: 'json' }>): ParsedEntry | null {
  if (words.includes(text)) return valid(text);
  const list = text.split(',').map((word) => word.trim());
  return list.every((word) => items.includes(word)) ? valid(list) : null;
}

export const splitLines = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

function parseJson(text: string): ParsedEntry {
  if (text.trim() === '') return valid(undefined);
  try {
    const { value = JSON.parse(text), fault = null } = parseJsonText(text);
    return { value, error: fault };
  } catch (error) {
    return {
      value: undefined,
      error: `is not valid JSON: ${error instanceof Error ? error.message : error}`,
    };
  }
}

const sameList = (one: readonly string[], other: unknown): boolean =>
  Array.isArray(other) && one.length === other.length && one.every((item) => other.includes(item));

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
