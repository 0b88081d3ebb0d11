/** Parses parameters from text, as in a command line or a form, by the JSON Schema of an operation. */
import { listAlternatives, listChoices, parseValue, resolveReference, type Schema } from './typed-value.ts';

type Params = Record<string, unknown>;

/** A parameter that cannot be set: its index among the texts, and why. */
export interface TextProblem {
  readonly index: number;
  readonly problem: string;
}

/** The keys that a name stands for, outermost first, and the schema of its value; or why there is none. */
type ResolvedName =
  | { readonly keys: readonly string[]; readonly schema: Schema }
  | { readonly problem: string };

/**
 * Returns `base` with the parameters that the texts set. A repeated name makes a list, and so do commas between choices. Dots select fields of objects. Only type,
 * choices and range are checked; the operation validates the rest.
 *
 * @example
 * parseParams([['resize.width', '320']], {}, schema) // { params: { resize: { width: 320 } }, problems: [] }
 */
export function parseParams(
  texts: readonly (readonly [name: string, text: string])[],
  base: Readonly<Params>,
  root: Schema,
): { readonly params: Params; readonly problems: readonly TextProblem[] } {
  const params: Params = structuredClone(base);
  const seen = new Map<string, number>();
  const problems = texts.flatMap(([name, text], index) => {
    const resolvedName = resolveName(name, root);
    const count = seen.get(name) ?? 0;
    seen.set(name, count + 1);
    const problem =
      'problem' in resolvedName ? resolvedName.problem : setParam(params, resolvedName, text, count, root);
    return problem === null ? [] : [{ index, problem }];
  });
  return { params, problems };
}

/** Whether a name is a parameter, or a field of one. Its value or a deeper field may still be invalid. */
export function isParamName(name: string, root: Schema): boolean {
  const { properties = {}, additionalProperties } = resolveReference(root, root);
  const [first = name] = name.split('.');
  const isKnown = [name, first].some((key) => Object.hasOwn(properties as object, key));
  return isKnown || additionalProperties !== false;
}

/** Dots select fields of objects, unless a parameter has exactly that name. */
function resolveName(name: string, root: Schema): ResolvedName {
  const keys: string[] = [];
  let schema = resolveReference(root, root);
  for (let rest = name; rest !== ''; ) {
    const properties = (schema['properties'] ?? {}) as Record<string, Schema>;
    const key = Object.hasOwn(properties, rest) ? rest : (rest.split('.')[0] ?? rest);
    const found = Object.hasOwn(properties, key) ? properties[key] : schema['additionalProperties'];
    if (found === false) {
      const known = Object.keys(properties);
      const where = keys.length === 0 ? '' : ` in ${keys.join('.')}`;
      return { problem: `there is no parameter "${key}"${where}; known are ${known.join(', ') || 'none'}` };
    }
    keys.push(key);
    schema = resolveReference(typeof found === 'object' && found !== null ? (found as Schema) : {}, root);
    rest = rest.slice(key.length + 1);
  }
  return { keys, schema };
}

/** @param count how often the same name was set before */
function setParam(
  params: Params,
  { keys, schema }: Exclude<ResolvedName, { problem: string }>,
  text: string,
  count: number,
  root: Schema,
): string | null {
  const holder = findOrCreateHolder(params, keys.slice(0, -1));
  const key = keys.at(-1) ?? '';
  if (!holder) return 'the object that contains it is set to another value';
  const before = count > 0 ? holder[key] : [];
  const items = text.startsWith('[') ? null : findItems(text, schema, root);
  if (count > 0 && !(items && Array.isArray(before))) return 'it is set twice';
  // Choices have no commas.
  const texts = items && listChoices(items) ? text.split(',').map((part) => part.trim()) : [text];
  const typed = texts.map((part) => parseValue(part, items ?? schema, root));
  const problem = typed.find((one) => 'problem' in one)?.problem;
  // Names all alternatives of a union.
  if (problem !== undefined)
    return (listAlternatives(schema).length > 0 && parseValue(text, schema, root).problem) || problem;
  const values = typed.map((one) => ('value' in one ? one.value : null));
  const value = items ? [...(before as unknown[]), ...values] : values[0];
  // No assignment, because a parameter may be called __proto__.
  Object.defineProperty(holder, key, { value, enumerable: true, writable: true, configurable: true });
  return null;
}

/** Returns the schema of the entries of a list, unless the text is another alternative of a union. */
function findItems(text: string, schema: Schema, root: Schema): Schema | null {
  if ([schema['type']].flat().includes('array'))
    return resolveReference((schema['items'] ?? {}) as Schema, root);
  const either = listAlternatives(schema);
  if (either.length === 0 || 'value' in parseValue(text, schema, root)) return null;
  return either.map((option) => findItems(text, resolveReference(option, root), root)).find(Boolean) ?? null;
}

/** Returns the object at `keys`, created if missing; null: a value of another type is there. */
function findOrCreateHolder(params: Params, keys: readonly string[]): Params | null {
  let holder = params;
  for (const key of keys) {
    if (!Object.hasOwn(holder, key))
      Object.defineProperty(holder, key, { value: {}, enumerable: true, writable: true, configurable: true });
    const next = holder[key];
    if (typeof next !== 'object' || next === null || Array.isArray(next)) return null;
    holder = next as Params;
  }
  return holder;
}
