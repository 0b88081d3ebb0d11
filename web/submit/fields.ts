/** A form for the parameters of an operation, made of their JSON Schema. */

type JsonSchema = Readonly<Record<string, unknown>>;

interface Common {
  readonly name: string;
  readonly description: string;
  /** What holds when it is left out; undefined: the schema names nothing. */
  readonly fallback: unknown;
  readonly required: boolean;
}

/** `json`: anything else; `words` are texts that it takes as they are, without quotes. */
export type Field = Common &
  (
    | { readonly kind: 'choice'; readonly choices: readonly Plain[] }
    | { readonly kind: 'choices'; readonly choices: readonly string[] }
    | { readonly kind: 'number'; readonly min: number | null; readonly max: number | null }
    | { readonly kind: 'text'; readonly long: boolean }
    | { readonly kind: 'json'; readonly words: readonly string[] }
    | { readonly kind: 'flag' | 'lines' }
  );

type Plain = string | number | boolean | null;

const LONG_TEXT = 1000;

export function fieldsOf(schema: JsonSchema): readonly Field[] {
  const required = new Set(listOf(schema['required']));
  return Object.entries(objectOf(schema['properties'])).map(([name, property]) => {
    const one = objectOf(property);
    const common = {
      name,
      description: textOf(one['description']),
      fallback: one['default'],
      required: required.has(name) && one['default'] === undefined,
    };
    return { ...common, ...shapeOf(one) };
  });
}

/** Whether it takes parameters that the schema does not name. */
export const takesMore = (schema: JsonSchema): boolean => schema['additionalProperties'] !== false;

type Shape = Field extends infer Kind ? (Kind extends Field ? Omit<Kind, keyof Common> : never) : never;

function shapeOf(schema: JsonSchema): Shape {
  const choices = listOf(schema['enum']);
  if (choices.length > 0 && choices.every(isPlain)) return { kind: 'choice', choices };
  switch (schema['type']) {
    case 'boolean':
      return { kind: 'flag' };
    case 'integer':
    case 'number':
      return { kind: 'number', min: limitOf(schema['minimum']), max: limitOf(schema['maximum']) };
    case 'string':
      return { kind: 'text', long: (limitOf(schema['maxLength']) ?? 0) > LONG_TEXT };
    case 'array':
      return listShapeOf(objectOf(schema['items']));
    default:
      return { kind: 'json', words: wordsOf(schema) };
  }
}

function listShapeOf(items: JsonSchema): Shape {
  if (items['type'] !== 'string') return { kind: 'json', words: [] };
  const choices = listOf(items['enum']).filter((choice) => typeof choice === 'string');
  return choices.length > 0 ? { kind: 'choices', choices } : { kind: 'lines' };
}

/** Of a union in which some forms are words, such as `name` or `{"attribute": …}`. */
const wordsOf = (schema: JsonSchema): string[] =>
  [...listOf(schema['anyOf']), ...listOf(schema['oneOf'])]
    .flatMap((form) => listOf(objectOf(form)['enum']))
    .filter((word) => typeof word === 'string');

const isPlain = (value: unknown): value is Plain => typeof value !== 'object' || value === null;
const isObject = (value: unknown): value is JsonSchema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const objectOf = (value: unknown): JsonSchema => (isObject(value) ? value : {});
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
/** Integers have the safe range as their limits where the schema names none; that is not worth saying. */
const limitOf = (value: unknown): number | null =>
  typeof value === 'number' && Math.abs(value) < Number.MAX_SAFE_INTEGER ? value : null;
