import {
  describeNumber,
  listAlternatives,
  listChoices,
  resolveReference,
  type Schema,
} from '../../jobs/validation/typed-value.ts';

/** Returns a row for each parameter of a JSON Schema: name, type, description. */
export function parameterRows(root: Schema): string[][] {
  return buildRows(resolveReference(root, root), root, '');
}

function buildRows(schema: Schema, root: Schema, prefix: string): string[][] {
  const required = (schema['required'] ?? []) as readonly string[];
  return Object.entries((schema['properties'] ?? {}) as Record<string, Schema>).flatMap(([key, given]) => {
    const property = { ...resolveReference(given, root), ...given };
    const standard = property['default'];
    // A JSON Schema of outputs lists parameters with a default as required.
    const must = required.includes(key) && standard === undefined;
    const notes = [
      ...(must ? ['required'] : []),
      ...(standard === undefined || standard === ''
        ? []
        : [`default ${typeof standard === 'string' ? standard : JSON.stringify(standard)}`]),
    ];
    const name = prefix + key;
    const row = [
      name,
      `${describeKind(property, root)}${notes.length > 0 ? ` (${notes.join(', ')})` : ''}`,
      String(property['description'] ?? ''),
    ];
    return [row, ...(property['properties'] ? buildRows(property, root, `${name}.`) : [])];
  });
}

function describeKind(given: Schema, root: Schema): string {
  const schema = resolveReference(given, root);
  const choices = listChoices(schema);
  if (choices) return choices.map(String).join(' | ');
  const either = listAlternatives(schema);
  if (either.length > 0) return either.map((one) => describeKind(one, root)).join(', or ');
  const types = [schema['type'] ?? []].flat() as string[];
  if (types.length === 0) return 'any JSON value';
  return types.map((type) => kindOfType(type, schema, root)).join(', or ');
}

function kindOfType(type: string, schema: Schema, root: Schema): string {
  if (type === 'integer' || type === 'number') return describeNumber({ ...schema, type });
  if (type === 'boolean') return 'true | false';
  if (type === 'string') return 'text';
  if (type === 'array') return `list of ${describeKind((schema['items'] ?? {}) as Schema, root)}`;
  return type;
}
