/** A job as guestkit's clients submit it, and the request that it becomes. Unknown fields are ignored. */

import { z } from '@hono/zod-openapi';
import { chosenJobId } from '../../api/job-ref.ts';
import type { OperationCatalogue } from '../../jobs/ports/operation-catalogue.ts';
import type { JobRequest } from '../../jobs/submit/submitter.ts';
import { type FieldError, invalidFields, invalidRequest } from '../../jobs/validation/invalid-request.ts';
import { safeParseNulls } from '../../lib/parse-nulls.ts';

export const jobDocument = z
  .object({
    version: z.literal('1.0'),
    job_id: chosenJobId,
    kind: z.literal('VMOperation'),
    operation: z
      .string()
      .regex(/^[A-Za-z][\w-]*(\.[A-Za-z][\w-]*)+$/, 'Operation must be namespaced')
      .meta({ example: 'guestkit.inspect' }),
    created_at: z.iso.datetime({ offset: true }).meta({ example: '2026-01-30T10:00:00Z' }),
    payload: z.object({
      type: z.string().meta({ example: 'guestkit.inspect.v1' }),
      data: z.record(z.string(), z.unknown()),
    }),
  })
  .meta({
    id: 'GuestkitJob',
    example: {
      version: '1.0',
      job_id: 'test-001',
      kind: 'VMOperation',
      operation: 'system.echo',
      created_at: '2026-01-30T10:00:00Z',
      payload: { type: 'system.echo.v1', data: { message: 'test' } },
    },
  });

const imageData = z.object({
  image: z.object({
    path: z.string().min(1).max(4096),
    format: z.string().optional(),
    checksum: z
      .string()
      .regex(/^sha256:[0-9a-fA-F]{64}$/, 'must be "sha256:" and 64 hexadecimal digits')
      .optional(),
  }),
  options: z.record(z.string(), z.unknown()).optional(),
});

/** Options of guestkit's own worker for what darkroom's operations do not report, or always do. */
const otherOptions = [
  'deep_scan',
  'include_users',
  'include_network',
  'include_security',
  'include_storage',
  'include_databases',
];

type Data = Record<string, unknown>;

interface Translation {
  /** Throws invalid_request. */
  readonly request: (data: Data) => Pick<JobRequest, 'params' | 'assets'>;
  /** Maps fields of that request to fields of the document, by the beginning of their JSON Pointers. The first match counts. */
  readonly fields: readonly (readonly [from: string, to: string])[];
}

const echo: Translation = {
  request: (params) => ({ params }),
  fields: [['/params', '/payload/data']],
};

const onImage: Translation = {
  request: (data) => {
    const { image, options = {} } = parse(imageData, data, ['payload', 'data']);
    const { path, format, checksum } = image;
    const known = Object.entries(options).filter(([name]) => !otherOptions.includes(name));
    return {
      params: { ...Object.fromEntries(known), ...(format === undefined ? {} : { format }) },
      // The result repeats the path as it was given; the asset is named after its last part only.
      assets: [{ source: { path }, ...(checksum === undefined ? {} : { checksum }), attributes: { path } }],
    };
  },
  fields: [
    ['/assets/0/checksum', '/payload/data/image/checksum'],
    ['/assets', '/payload/data/image/path'],
    ['/params/format', '/payload/data/image/format'],
    ['/params', '/payload/data/options'],
  ],
};

const translations: Readonly<Record<string, Translation>> = {
  'system.echo': echo,
  'test.echo': echo,
  'guestkit.inspect': onImage,
  'guestkit.profile': onImage,
};

/** Returns the operations of this API that the server has. */
export const listOperations = (catalogue: OperationCatalogue): string[] =>
  Object.keys(translations).filter((name) => catalogue.find(name));

/**
 * Returns the request that a document stands for.
 *
 * @throws invalid_request with pointers into the document
 */
export function toJobRequest(document: unknown, catalogue: OperationCatalogue): JobRequest {
  const { job_id, operation, created_at, payload } = parse(jobDocument, document, []);
  const translation = Object.hasOwn(translations, operation) ? translations[operation] : undefined;
  if (!translation || !catalogue.find(operation)) {
    const known = listOperations(catalogue).join(', ');
    const detail = `${operation} is not available on this server; there are ${known}`;
    throw invalidRequest([{ pointer: '/operation', detail }]);
  }
  if (payload.type !== `${operation}.v1`)
    throw invalidRequest([{ pointer: '/payload/type', detail: `must be "${operation}.v1"` }]);
  return { id: job_id, operation, ...translation.request(payload.data), labels: { created_at } };
}

/** Returns an error in a request as an error in its document. */
export function toDocumentError(operation: string, { pointer, detail }: FieldError): FieldError {
  const fields = [...(translations[operation]?.fields ?? []), ['/id', '/job_id'] as const];
  const found = fields.find(([from]) => pointer === from || pointer.startsWith(`${from}/`));
  if (!found) return { pointer, detail };
  const [from, to] = found;
  // An error of the only asset is an error of its path.
  return { pointer: from === '/assets' ? to : to + pointer.slice(from.length), detail };
}

function parse<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  at: readonly PropertyKey[],
): z.output<Schema> {
  // Serializers of other languages write null for a field that is not set.
  const parsed = safeParseNulls(schema, value);
  if (parsed.success) return parsed.data;
  throw invalidFields(parsed.error.issues.map((issue) => ({ ...issue, path: [...at, ...issue.path] })));
}
