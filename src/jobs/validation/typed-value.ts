/** What a text means, from a command line or a form, given the JSON Schema of a parameter. */

export type Schema = Readonly<Record<string, unknown>>;

type Typed = { readonly value: unknown } | { readonly problem: string };

/** Follows a reference within the document. */
export function resolved(schema: Schema, root: Schema): Schema {
  const reference = schema['$ref'];
  if (typeof reference !== 'string' || !reference.startsWith('#/')) return schema;
  let found: unknown = root;
  for (const key of reference.slice(2).split('/'))
    found = (found as Record<string, unknown> | undefined)?.[key];
  return resolved((found as Schema | undefined) ?? {}, root);
}

/** The value, or what it must be. What JSON Schema says beyond type, choice and range is left to the server. */
export function typedValue(text: string, given: Schema, root: Schema): Typed {
  const schema = resolved(given, root);
  const choices = choicesOf(schema);
  if (choices) {
    const chosen = choices.find((choice) => String(choice) === text);
    return chosen === undefined ? { problem: `must be ${orList(choices.map(String))}` } : { value: chosen };
  }
  const either = (schema['anyOf'] ?? schema['oneOf']) as readonly Schema[] | undefined;
  if (either) return firstOf(either.map((one) => () => typedValue(text, one, root)));
  const types = [schema['type'] ?? []].flat() as string[];
  if (types.length === 0) {
    const value = parse(text);
    return { value: value === undefined ? text : value };
  }
  // Any text is a string, so that comes last.
  const ordered = [
    ...types.filter((type) => type !== 'string'),
    ...types.filter((type) => type === 'string'),
  ];
  return firstOf(ordered.map((type) => () => ofType(text, type, schema)));
}

/** All values that a parameter may have; null when they are not counted. */
export function choicesOf(schema: Schema): readonly unknown[] | null {
  if ('const' in schema) return [schema['const']];
  return Array.isArray(schema['enum']) ? schema['enum'] : null;
}

function firstOf(ways: readonly (() => Typed)[]): Typed {
  const problems: string[] = [];
  for (const way of ways) {
    const typed = way();
    if ('value' in typed) return typed;
    problems.push(typed.problem);
  }
  return { problem: problems.join(', or ') };
}

function ofType(text: string, type: string, schema: Schema): Typed {
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
      return ofNumber(text, type, schema);
    default: {
      const value = parse(text);
      const fits =
        type === 'array'
          ? Array.isArray(value)
          : typeof value === 'object' && value !== null && !Array.isArray(value);
      return fits ? { value } : { problem: `must be a JSON ${type}` };
    }
  }
}

function ofNumber(text: string, type: string, schema: Schema): Typed {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  const { minimum: least, maximum: most, exclusiveMinimum: above, exclusiveMaximum: below } = schema;
  const right =
    (type === 'integer' ? Number.isSafeInteger(value) : Number.isFinite(value)) &&
    (typeof least !== 'number' || value >= least) &&
    (typeof most !== 'number' || value <= most) &&
    (typeof above !== 'number' || value > above) &&
    (typeof below !== 'number' || value < below);
  return right ? { value } : { problem: `must be ${describeNumber(schema)}` };
}

/** "a whole number from 1 to 16384". */
export function describeNumber(schema: Schema): string {
  const { minimum: least, maximum: most, exclusiveMinimum: above, exclusiveMaximum: below } = schema;
  // JSON Schema from zod states the bounds of safe integers, which tell nobody anything.
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

/** Undefined when it is not JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const orList = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
