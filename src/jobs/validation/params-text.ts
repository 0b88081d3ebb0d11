/** Parameters that come as texts with names, from a command line or a form, typed by the JSON Schema of an operation. */
import { resolved, type Schema, typedValue } from './typed-value.ts';

type Params = Record<string, unknown>;

/** A parameter that cannot be set: its place among the texts, and what is wrong. */
export interface TextProblem {
  readonly index: number;
  readonly problem: string;
}

/** Where a name leads: its keys from outside in, and the schema of what it names; or why it leads nowhere. */
type Way = { readonly keys: readonly string[]; readonly schema: Schema } | { readonly problem: string };

/**
 * `base` with what the texts set. A name that comes several times makes a list, and dots lead into objects. What JSON
 * Schema says beyond type, choice and range is left to the operation.
 */
export function paramsOfTexts(
  texts: readonly (readonly [name: string, text: string])[],
  base: Readonly<Params>,
  root: Schema,
): { readonly params: Params; readonly problems: readonly TextProblem[] } {
  const params: Params = structuredClone(base);
  const seen = new Map<string, number>();
  const problems = texts.flatMap(([name, text], index) => {
    const way = follow(name, root);
    const count = seen.get(name) ?? 0;
    seen.set(name, count + 1);
    const problem = 'problem' in way ? way.problem : put(params, way, text, count, root);
    return problem === null ? [] : [{ index, problem }];
  });
  return { params, problems };
}

/** Dots lead into objects, unless a parameter has that very name. */
function follow(name: string, root: Schema): Way {
  const keys: string[] = [];
  let schema = resolved(root, root);
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
    schema = resolved(typeof found === 'object' && found !== null ? (found as Schema) : {}, root);
    rest = rest.slice(key.length + 1);
  }
  return { keys, schema };
}

/** `count`: how often the same name was set before. */
function put(
  params: Params,
  { keys, schema }: Exclude<Way, { problem: string }>,
  text: string,
  count: number,
  root: Schema,
): string | null {
  const holder = holderOf(params, keys.slice(0, -1));
  const key = keys.at(-1) ?? '';
  if (!holder) return 'what it lies in is set to something else';
  const isList = [schema['type']].flat().includes('array') && !text.startsWith('[');
  if (count > 0 && !isList) return 'it is set twice';
  const typed = typedValue(text, isList ? ((schema['items'] ?? {}) as Schema) : schema, root);
  if ('problem' in typed) return typed.problem;
  const before = count > 0 && isList ? (holder[key] as unknown[]) : [];
  const value = isList ? [...before, typed.value] : typed.value;
  // Not an assignment: a parameter may be called __proto__.
  Object.defineProperty(holder, key, { value, enumerable: true, writable: true, configurable: true });
  return null;
}

/** The object that keys lead to, made if it is not there; null when something else is. */
function holderOf(params: Params, keys: readonly string[]): Params | null {
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
