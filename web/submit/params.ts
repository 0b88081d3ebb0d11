/** What was entered into the fields, as parameters. */
import type { FieldProblem } from '../../src/client/client.ts';
import type { Field } from './fields.ts';

/** By name: what stands in the field, or which of several are ticked. Not there: untouched, and left out. */
export type Entries = Readonly<Record<string, string | readonly string[]>>;

export interface Params {
  readonly params: Record<string, unknown>;
  /** What cannot even be sent. The rest is for the server to judge. */
  readonly faults: readonly FieldProblem[];
}

/** `more`: a JSON object with parameters that have no field; may be empty. */
export function paramsOf(fields: readonly Field[], entries: Entries, more: string): Params {
  const params: Record<string, unknown> = {};
  const faults: FieldProblem[] = [];
  const given = jsonOf(more);
  if (given.fault !== null) faults.push({ pointer: '/params', detail: given.fault });
  else if (given.value !== undefined) {
    if (isObject(given.value)) Object.assign(params, given.value);
    else faults.push({ pointer: '/params', detail: 'must be a JSON object, such as {"key": "value"}' });
  }
  for (const field of fields) {
    const { value, fault } = readOf(field, entries[field.name]);
    if (fault !== null) faults.push({ pointer: pointerTo(field.name), detail: fault });
    else if (value !== undefined) params[field.name] = value;
  }
  return { params, faults };
}

/** JSON Pointer (RFC 6901) to a parameter. */
export const pointerTo = (name: string): string =>
  `/params/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;

interface Read {
  /** Undefined: left out. */
  readonly value: unknown;
  readonly fault: string | null;
}

const fine = (value: unknown): Read => ({ value, fault: null });

function readOf(field: Field, entry: Entries[string] | undefined): Read {
  if (entry === undefined) return fine(undefined);
  if (typeof entry !== 'string') return fine(sameList(entry, field.fallback) ? undefined : entry);
  const text = entry.trim();
  if (text === '' && field.kind !== 'text') return fine(undefined);
  switch (field.kind) {
    case 'choice':
      return jsonOf(text);
    case 'flag':
      return fine((text === 'true') === field.fallback ? undefined : text === 'true');
    case 'number':
      // What is no number is sent as it is, and refused in the server's words.
      return fine(Number.isFinite(Number(text)) ? Number(text) : text);
    case 'lines':
      return fine(linesOf(text));
    case 'json':
      return field.words.includes(text) ? fine(text) : jsonOf(text);
    default:
      return fine(entry === '' ? undefined : entry);
  }
}

export const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

function jsonOf(text: string): Read {
  if (text.trim() === '') return fine(undefined);
  try {
    return fine(JSON.parse(text));
  } catch (error) {
    return {
      value: undefined,
      fault: `is not valid JSON: ${error instanceof Error ? error.message : error}`,
    };
  }
}

const sameList = (one: readonly string[], other: unknown): boolean =>
  Array.isArray(other) && one.length === other.length && one.every((item) => other.includes(item));

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
