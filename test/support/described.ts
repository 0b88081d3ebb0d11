/** Holds the answers of a server against its own OpenAPI document, as far as a program can. */
import { z } from 'zod';
import type { RunningDarkroom } from './darkroom.ts';

type Schema = Record<string, unknown>;

interface Operation {
  readonly responses: Record<string, { content?: Record<string, { schema: Schema }> }>;
}

interface Document {
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly schemas?: Record<string, Schema> };
}

export interface Described {
  /** The operations of an API, such as `GET /v1/jobs/{id}`. */
  operationsOf(dialect: string): readonly string[];
  /** The operation that answers a request. Null when no document has one. */
  findOperation(method: string, path: string): string | null;
  /** What is not as the document has it: the status, the content type, fields that are missing, wrong or not described. */
  faultsOf(operation: string, response: Response): Promise<string[]>;
}

export async function describedBy({ request }: RunningDarkroom): Promise<Described> {
  const get = async (path: string) => (await request(path)).json();
  const { linkset } = (await get('/.well-known/api-catalog')) as {
    linkset: { 'service-desc': [{ href: string; title: string }] }[];
  };
  const byDialect = new Map(
    await Promise.all(
      linkset.map(
        async ({ 'service-desc': [{ href, title }] }) => [title, (await get(href)) as Document] as const,
      ),
    ),
  );
  const documents = [...byDialect.values()];
  const paths = Object.assign({}, ...documents.map((document) => document.paths)) as Document['paths'];
  const $defs = Object.assign(
    {},
    ...documents.map(({ components }) => closed(components.schemas ?? {})),
  ) as Record<string, Schema>;
  const find = (operation: string): Operation => {
    const [method = '', path = ''] = operation.split(' ');
    const found = paths[path]?.[method.toLowerCase()];
    if (!found) throw new Error(`${operation} is not in the document`);
    return found;
  };
  const templates = listOperations(paths)
    .map((operation) => {
      const [method = '', path = ''] = operation.split(' ');
      return { operation, method, pattern: toPattern(path) };
    })
    // Paths with fewer parameters take precedence.
    .sort((a, b) => a.operation.split('{').length - b.operation.split('{').length);
  return {
    operationsOf: (dialect) => listOperations(byDialect.get(dialect)?.paths ?? {}),
    findOperation: (method, path) =>
      templates.find((each) => each.method === method && each.pattern.test(path))?.operation ?? null,
    faultsOf: async (operation, response) => {
      const described = find(operation).responses[response.status];
      if (!described) return [`status ${response.status} is not described`];
      const type = (response.headers.get('content-type') ?? '').split(';')[0] ?? '';
      const bytes = Buffer.from(await response.arrayBuffer());
      const content = described.content ?? {};
      const range = Object.keys(content).find((range) => covers(range, type));
      if (range === undefined)
        return bytes.length === 0 ? [] : [`${response.status} as "${type}" is not described`];
      if (!/^application\/(problem\+)?json$/.test(range)) return [];
      const schema = z.fromJSONSchema({ ...(closed(content[range]?.schema) as Schema), $defs } as never);
      const parsed = schema.safeParse(JSON.parse(bytes.toString()));
      return (parsed.error?.issues ?? []).map(
        ({ path, message }) => `${response.status} /${path.join('/')}: ${message}`,
      );
    },
  };
}

const listOperations = (paths: Document['paths']): string[] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );

/** `{path}` covers several parts of a path, other parameters one. */
const toPattern = (template: string): RegExp =>
  new RegExp(
    `^${template
      .replaceAll('.', '\\.')
      .replace('{path}', '.+')
      .replace(/\{\w+\}/g, '[^/]+')}$`,
  );

/** Whether a media type is of this range: `application/json`, `image/*`, any. */
const covers = (range: string, type: string): boolean =>
  range === type || range === '*/*' || (range.endsWith('/*') && type.startsWith(range.slice(0, -1)));

/** The schema, in which objects have the fields that are named and no others, so that one which is not described is seen. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const entries = Object.entries(schema)
    // Data, which may look like a schema.
    .filter(([key]) => key !== 'example' && key !== 'examples')
    .map(([key, value]) => [
      key,
      key === '$ref' ? String(value).replace('#/components/schemas/', '#/$defs/') : closed(value),
    ]);
  const made = Object.fromEntries(entries) as Schema;
  const isOpen = made['type'] !== undefined && 'properties' in made && !('additionalProperties' in made);
  return isOpen ? { ...made, additionalProperties: false } : made;
}
