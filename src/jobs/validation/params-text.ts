/** Parses parameters from text, as in a command line or a form, by the JSON Schema of an operation. */
import { parseValue, resolveReference, type Schema } from './typed-value.ts';

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
 * Returns `base` with the parameters that the texts set. A repeated name makes a list. Dots select fields of objects. Only type,
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
  const isList = [schema['type']].flat().includes('array') && !text.startsWith('[');
  if (count > 0 && !isList) return 'it is set twice';
  const typed = parseValue(text, isList ? ((schema['items'] ?? {}) as Schema) : schema, root);
  if ('problem' in typed) return typed.problem;
  const before = count > 0 && isList ? (holder[key] as unknown[]) : [];
  const value = isList ? [...before, typed.value] : typed.value;
  // No assignment, because a parameter may be called __proto__.
  Object.defineProperty(holder, key, { value, enumerable: true, writable: true, configurable: true });
  return null;
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
