/** `--set name=value`, any number of times, into parameters. */
import { UsageError } from '../exit-code.ts';
import { resolved, type Schema, typedValue } from './typed-value.ts';

type Params = Record<string, unknown>;

/** Where a name leads: its keys from outside in, and the schema of what it names; or why it leads nowhere. */
type Way = { readonly keys: readonly string[]; readonly schema: Schema } | { readonly problem: string };

/** `base` with what was set. Throws UsageError that names each parameter that is wrong. */
export function assign(assignments: readonly string[], base: Params, root: Schema): Params {
  const params = structuredClone(base);
  const problems: string[] = [];
  const seen = new Map<string, number>();
  for (const assignment of assignments) {
    const [name, text] = split(assignment);
    const way = follow(name, root);
    const count = seen.get(name) ?? 0;
    seen.set(name, count + 1);
    const problem = 'problem' in way ? way.problem : put(params, way, text, count, root);
    if (problem !== null) problems.push(`  --set ${assignment}: ${problem}`);
  }
  if (problems.length > 0) throw new UsageError(`Parameters cannot be used:\n${problems.join('\n')}`);
  return params;
}

function split(assignment: string): [name: string, text: string] {
  const at = assignment.indexOf('=');
  if (at < 1) throw new UsageError(`--set ${assignment}: write it as name=value`);
  return [assignment.slice(0, at), assignment.slice(at + 1)];
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
