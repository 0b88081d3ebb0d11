/** Builds form fields from the JSON Schema of an operation. */

type JsonSchema = Readonly<Record<string, unknown>>;

interface Common {
  readonly name: string;
  readonly description: string;
  /** The default value; undefined if there is none. */
  readonly fallback: unknown;
  readonly required: boolean;
}

/** `json` is any other schema; its `words` are strings that need no quotes, its `items` those of a list that may be written with commas. */
export type Field = Common &
  (
    | { readonly kind: 'choice'; readonly choices: readonly Plain[] }
    | { readonly kind: 'choices'; readonly choices: readonly string[] }
    | { readonly kind: 'number'; readonly min: number | null; readonly max: number | null }
    | { readonly kind: 'text'; readonly long: boolean }
    | { readonly kind: 'json'; readonly words: readonly string[]; readonly items: readonly string[] }
    | { readonly kind: 'flag' | 'lines' | 'color' }
  );

type Plain = string | number | boolean | null;

const LONG_TEXT = 1000;

export function buildFields(schema: JsonSchema): readonly Field[] {
  const required = new Set(toList(schema['required']));
  return Object.entries(toObject(schema['properties'])).map(([name, property]) => {
    const one = toObject(property);
    const common = {
      name,
      description: toText(one['description']),
      fallback: one['default'],
      required: required.has(name) && one['default'] === undefined,
    };
    return { ...common, ...toShape(one) };
  });
}

/** Whether the operation accepts parameters outside the schema. */
export const allowsOtherParams = (schema: JsonSchema): boolean => schema['additionalProperties'] !== false;

type Shape = Field extends infer Kind ? (Kind extends Field ? Omit<Kind, keyof Common> : never) : never;

function toShape(schema: JsonSchema): Shape {
  const choices = toList(schema['enum']);
  if (choices.length > 0 && choices.every(isPlain)) return { kind: 'choice', choices };
  switch (schema['type']) {
    case 'boolean':
      return { kind: 'flag' };
    case 'integer':
    case 'number':
      return { kind: 'number', min: toLimit(schema['minimum']), max: toLimit(schema['maximum']) };
    case 'string':
      if (schema['format'] === 'color') return { kind: 'color' };
      return { kind: 'text', long: (toLimit(schema['maxLength']) ?? 0) > LONG_TEXT };
    case 'array':
      return toListShape(toObject(schema['items']));
    default: {
      const alternatives = [...toList(schema['anyOf']), ...toList(schema['oneOf'])].map(toObject);
      const items = alternatives.map(({ items }) => toObject(items));
      return { kind: 'json', words: collectWords(alternatives), items: collectWords(items) };
    }
  }
}

function toListShape(items: JsonSchema): Shape {
  if (items['type'] !== 'string') return { kind: 'json', words: [], items: [] };
  const choices = collectWords([items]);
  return choices.length > 0 ? { kind: 'choices', choices } : { kind: 'lines' };
}

/** Collects the string constants of schemas, such as `name` in `name` or `{"attribute": …}`. */
const collectWords = (schemas: readonly JsonSchema[]): string[] =>
  schemas.flatMap((form) => toList(form['enum'])).filter((word) => typeof word === 'string');

const isPlain = (value: unknown): value is Plain => typeof value !== 'object' || value === null;
const isObject = (value: unknown): value is JsonSchema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const toObject = (value: unknown): JsonSchema => (isObject(value) ? value : {});
const toList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const toText = (value: unknown): string => (typeof value === 'string' ? value : '');
/** Ignores the safe integer range, which is the default limit of integers. */
const toLimit = (value: unknown): number | null =>
  typeof value === 'number' && Math.abs(value) < Number.MAX_SAFE_INTEGER ? value : null;
