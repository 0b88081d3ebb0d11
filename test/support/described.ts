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
  /** Each that the document has: `GET /v1/jobs/{id}`. */
  readonly operations: readonly string[];
  /** What is not as the document has it: the status, the content type, fields that are missing, wrong or not described. */
  faultsOf(operation: string, response: Response): Promise<string[]>;
}

export async function describedBy({ request }: RunningDarkroom): Promise<Described> {
  const get = async (path: string) => (await request(path)).json();
  const { linkset } = (await get('/.well-known/api-catalog')) as {
    linkset: { 'service-desc': [{ href: string }] }[];
  };
  const documents = await Promise.all(
    linkset.map(async ({ 'service-desc': [{ href }] }) => (await get(href)) as Document),
  );
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
  return {
    operations: Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    ),
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
