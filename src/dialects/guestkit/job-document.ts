/** A job as guestkit's clients submit it, and the request that darkroom makes of it. */

import { z } from '@hono/zod-openapi';
import { jobId } from '../../jobs/model/job.ts';
import type { OperationCatalogue } from '../../jobs/ports/operation-catalogue.ts';
import type { JobRequest } from '../../jobs/submit/submitter.ts';
import { type FieldError, invalidFields, invalidRequest } from '../../jobs/validation/invalid-request.ts';

/** Fields that are not named here are passed over, as their server always did. */
export const jobDocument = z
  .object({
    version: z.literal('1.0'),
    job_id: jobId,
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

const imageData = z.strictObject({
  image: z.strictObject({
    path: z.string().min(1).max(4096),
    format: z.string().optional(),
    checksum: z
      .string()
      .regex(/^sha256:[0-9a-fA-F]{64}$/, 'must be "sha256:" and 64 hexadecimal digits')
      .optional(),
  }),
  options: z.record(z.string(), z.unknown()).optional(),
});

type Data = Record<string, unknown>;

interface Translation {
  /** Throws invalid_request. */
  readonly request: (data: Data) => Pick<JobRequest, 'params' | 'assets'>;
  /** Where fields of that request stand in the document: the beginning of a JSON Pointer each; the first that fits counts. */
  readonly fields: readonly (readonly [from: string, to: string])[];
}

const echo: Translation = {
  request: (params) => ({ params }),
  fields: [['/params', '/payload/data']],
};

const onImage: Translation = {
  request: (data) => {
    const { image, options } = checked(imageData, data, ['payload', 'data']);
    const { path, format, checksum } = image;
    return {
      params: { ...options, ...(format === undefined ? {} : { format }) },
      // The result repeats the path as it was given; an asset's name is only its end.
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

/** The operations of this API that a server with this catalogue has. */
export const operationsOf = (catalogue: OperationCatalogue): string[] =>
  Object.keys(translations).filter((name) => catalogue.find(name));

/** Throws invalid_request that points at fields of the document. */
export function requestOf(document: unknown, catalogue: OperationCatalogue): JobRequest {
  const { job_id, operation, created_at, payload } = checked(jobDocument, document, []);
  const translation = Object.hasOwn(translations, operation) ? translations[operation] : undefined;
  if (!translation || !catalogue.find(operation)) {
    const known = operationsOf(catalogue).join(', ');
    const detail = `${operation} is not available on this server; there are ${known}`;
    throw invalidRequest([{ pointer: '/operation', detail }]);
  }
  if (payload.type !== `${operation}.v1`)
    throw invalidRequest([{ pointer: '/payload/type', detail: `must be "${operation}.v1"` }]);
  return { id: job_id, operation, ...translation.request(payload.data), labels: { created_at } };
}

/** Where a field of the request that was made of a document stands in that. */
export function inDocument(operation: string, { pointer, detail }: FieldError): FieldError {
  const fields = [...(translations[operation]?.fields ?? []), ['/id', '/job_id'] as const];
  const found = fields.find(([from]) => pointer === from || pointer.startsWith(`${from}/`));
  if (!found) return { pointer, detail };
  const [from, to] = found;
  // What is said of the one asset is said of its path.
  return { pointer: from === '/assets' ? to : to + pointer.slice(from.length), detail };
}

function checked<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  at: readonly PropertyKey[],
): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw invalidFields(parsed.error.issues.map((issue) => ({ ...issue, path: [...at, ...issue.path] })));
}
