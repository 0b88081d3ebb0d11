/** Adapts generated documents to OpenAPI 3.1 and to what client generators expect. */
import type { OpenAPIHono } from '@hono/zod-openapi';

export type OpenApi = ReturnType<OpenAPIHono['getOpenAPI31Document']>;

type Node = Record<string, unknown>;

interface Operation extends Node {
  operationId?: string;
  summary?: string;
  description?: string;
  parameters?: { name: string }[];
}

/** Returns a refined copy of a document. */
export function refine(document: OpenApi): OpenApi {
  const nullable = findNullableComponents(document);
  const refined = mapNodes(document, (node) =>
    separateNull(moveDefaults(moveExample(node)), nullable),
  ) as OpenApi;
  const schemas = (refined.components?.schemas ?? {}) as Record<string, Node>;
  for (const [name, { oneOf }] of Object.entries(schemas))
    if (nullable.has(`#/components/schemas/${name}`)) [schemas[name] = {}] = oneOf as Node[];
  for (const [path, item] of Object.entries(refined.paths ?? {}))
    for (const [method, operation] of Object.entries(item as Record<string, Operation>)) {
      operation.operationId ??= toOperationId(method, path);
      operation.description ??= operation.summary ?? '';
      // Routes ignore it.
      operation.parameters = operation.parameters?.filter(({ name }) => name !== '_') ?? [];
    }
  return refined;
}

/** Applies `change` to each object of a document, the innermost first. Examples are data and stay as they are. */
function mapNodes(value: unknown, change: (node: Node) => Node): unknown {
  if (Array.isArray(value)) return value.map((each) => mapNodes(each, change));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, each]) => [
    key,
    ['example', 'examples', 'default'].includes(key) && !isSchema(each) ? each : mapNodes(each, change),
  ]);
  return change(Object.fromEntries(entries));
}

/** A response may be called `default`, a property `example`. */
const isSchema = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  ('type' in value || 'content' in value) &&
  'description' in value;

const findNullableComponents = ({ components }: OpenApi): ReadonlySet<string> =>
  new Set(
    Object.entries(components?.schemas ?? {})
      .filter(([, schema]) => isNullableObject(schema as Node))
      .map(([name]) => `#/components/schemas/${name}`),
  );

const isNullableObject = ({ type, properties }: Node): boolean =>
  Array.isArray(type) && type.includes('null') && properties !== undefined;

/** Null belongs to the place that refers to an object, not to the component: generators make one class of a component. */
function separateNull(node: Node, nullable: ReadonlySet<string>): Node {
  if (isNullableObject(node)) return { oneOf: [{ ...node, type: 'object' }, { type: 'null' }] };
  return nullable.has(String(node['$ref'])) ? { oneOf: [node, { type: 'null' }] } : node;
}

/** Generators require optional fields that have a default. The description states it instead. */
function moveDefaults(node: Node): Node {
  if (![node['type']].flat().includes('object') || typeof node['properties'] !== 'object') return node;
  const properties = Object.entries(node['properties'] as Record<string, Node>).map(([name, schema]) => {
    const { default: value, ...rest } = schema;
    if (value === undefined) return [name, schema];
    const text = `Default: ${JSON.stringify(value)}`;
    const { description } = rest;
    return [
      name,
      { ...rest, description: typeof description === 'string' ? `${description}. ${text}` : text },
    ];
  });
  return { ...node, properties: Object.fromEntries(properties) };
}

/** JSON Schema has `examples`. OpenAPI 3.1 deprecates `example` in schemas. */
function moveExample(node: Node): Node {
  const { example, ...rest } = node;
  return example === undefined || !('type' in node || 'oneOf' in node || 'anyOf' in node || '$ref' in node)
    ? node
    : { ...rest, examples: [example] };
}

/** Returns a name such as `getApiJobJobId`. */
const toOperationId = (method: string, path: string): string =>
  method +
  path
    .split(/[^A-Za-z0-9]+/)
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('');
