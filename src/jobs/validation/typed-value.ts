/** Parses text by the JSON Schema of a parameter. */
import { parseJsonText } from '../../lib/json-faults.ts';
import { parseNumberText } from '../../lib/number-text.ts';

export type Schema = Readonly<Record<string, unknown>>;

type Typed = { readonly value: unknown; readonly problem?: never } | { readonly problem: string };

/** Resolves a reference within the document. */
export function resolveReference(schema: Schema, root: Schema): Schema {
  const reference = schema['$ref'];
  if (typeof reference !== 'string' || !reference.startsWith('#/')) return schema;
  let found: unknown = root;
  for (const key of reference.slice(2).split('/'))
    found = (found as Record<string, unknown> | undefined)?.[key];
  return resolveReference((found as Schema | undefined) ?? {}, root);
}

/** Returns the value, or what it must be. Only type, choices and range are checked. */
export function parseValue(text: string, given: Schema, root: Schema): Typed {
  const schema = resolveReference(given, root);
  const choices = listChoices(schema);
  if (choices) {
    const chosen = choices.find((choice) => String(choice) === text);
    return chosen === undefined ? { problem: `must be ${orList(choices.map(String))}` } : { value: chosen };
  }
  const either = listAlternatives(schema);
  if (either.length > 0) return firstMatch(either.map((option) => () => parseValue(text, option, root)));
  const types = [schema['type'] ?? []].flat() as string[];
  if (types.length === 0) {
    const { value = text, fault } = parseJsonText(text);
    return fault === undefined ? { value } : { problem: fault };
  }
  // Any text is a string, so this type comes last.
  const ordered = [
    ...types.filter((type) => type !== 'string'),
    ...types.filter((type) => type === 'string'),
  ];
  return firstMatch(ordered.map((type) => () => parseAs(text, type, schema)));
}

/** Returns all values that a parameter may have; null: the schema does not list them. */
export function listChoices(schema: Schema): readonly unknown[] | null {
  if ('const' in schema) return [schema['const']];
  return Array.isArray(schema['enum']) ? schema['enum'] : null;
}

/** Returns the alternatives of a union; none for other schemas. */
export const listAlternatives = (schema: Schema): readonly Schema[] =>
  (schema['anyOf'] ?? schema['oneOf'] ?? []) as readonly Schema[];

function firstMatch(parsers: readonly (() => Typed)[]): Typed {
  const problems: string[] = [];
  for (const parse of parsers) {
    const typed = parse();
    if ('value' in typed) return typed;
    problems.push(typed.problem);
  }
  return { problem: problems.join(', or ') };
}

function parseAs(text: string, type: string, schema: Schema): Typed {
  switch (type) {
    case 'string':
      return { value: text };
    case 'boolean':
      return ['true', 'false'].includes(text)
        ? { value: text === 'true' }
        : { problem: 'must be true or false' };
    case 'null':
      return text === 'null' ? { value: null } : { problem: 'must be null' };
    case 'integer':
    case 'number':
      return parseNumber(text, type, schema);
    default: {
      const { value, fault } = parseJsonText(text);
      if (fault !== undefined) return { problem: fault };
      const fits =
        type === 'array'
          ? Array.isArray(value)
          : typeof value === 'object' && value !== null && !Array.isArray(value);
      const choices = type === 'array' ? listChoices((schema['items'] ?? {}) as Schema) : null;
      const expected = choices ? `a list of ${orList(choices.map(String))}` : `a JSON ${type}`;
      return fits ? { value } : { problem: `must be ${expected}` };
    }
  }
}

function parseNumber(text: string, type: string, schema: Schema): Typed {
  const { value = Number.NaN, fault } = parseNumberText(text);
  if (fault !== undefined) return { problem: fault };
  const { minimum: least, maximum: most, exclusiveMinimum: above, exclusiveMaximum: below } = schema;
  const right =
    (type === 'integer' ? Number.isSafeInteger(value) : Number.isFinite(value)) &&
    (typeof least !== 'number' || value >= least) &&
    (typeof most !== 'number' || value <= most) &&
    (typeof above !== 'number' || value > above) &&
    (typeof below !== 'number' || value < below);
  return right ? { value } : { problem: `must be ${describeNumber(schema)}` };
}

/** Returns a phrase such as "a whole number from 1 to 16384". */
export function describeNumber(schema: Schema): string {
  const { minimum: least, maximum: most, exclusiveMinimum: above, exclusiveMaximum: below } = schema;
  // JSON Schema from zod has the bounds of safe integers, which mean no limit.
  const stated = (bound: unknown): bound is number =>
    typeof bound === 'number' && Math.abs(bound) < Number.MAX_SAFE_INTEGER;
  return [
    schema['type'] === 'integer' ? 'a whole number' : 'a number',
    ...(stated(least) ? [`from ${least}`] : []),
    ...(stated(most) ? [`${stated(least) ? 'to' : 'up to'} ${most}`] : []),
    ...(stated(above) ? [`above ${above}`] : []),
    ...(stated(below) ? [`below ${below}`] : []),
  ].join(' ');
}

const orList = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
