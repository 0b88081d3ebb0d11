import {
  listAlternatives,
  listChoices,
  resolveReference,
  type Schema,
} from '../../jobs/validation/typed-value.ts';

/** Returns the words that complete `--set`: `NAME=` for each parameter of a JSON Schema, and `NAME=VALUE` for each known value. */
export function parameterWords(root: Schema, given: Schema = root, prefix = ''): string[] {
  const properties = (resolveReference(given, root)['properties'] ?? {}) as Record<string, Schema>;
  return Object.entries(properties).flatMap(([key, one]) => {
    const schema = resolveReference(one, root);
    const name = prefix + key;
    if (schema['properties']) return parameterWords(root, schema, `${name}.`);
    const values = listValues(schema, root).filter((value) => /^[\w.:/-]+$/.test(value));
    return [`${name}=`, ...values.map((value) => `${name}=${value}`)];
  });
}

function listValues(given: Schema, root: Schema): string[] {
  const schema = resolveReference(given, root);
  const choices = listChoices(schema);
  if (choices) return choices.map(String);
  if (schema['type'] === 'boolean') return ['true', 'false'];
  if (schema['type'] === 'array' && schema['items']) return listValues(schema['items'] as Schema, root);
  return listAlternatives(schema).flatMap((one) => listValues(one, root));
}
