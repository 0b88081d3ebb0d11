/** Responses in OpenAPI descriptions. */
import { z } from '@hono/zod-openapi';
import { problem } from '../problems/problem.ts';

/** A response with a JSON body. */
export const json = <Schema extends z.ZodType>(schema: Schema, description: string) => ({
  description,
  content: { 'application/json': { schema } },
});

/** The content of a file. */
export const binary = z.string().openapi({ format: 'binary' });

/** Media types of result files. The first is what generators expect of a download. */
const FILE_TYPES = ['application/octet-stream', 'image/*', 'text/*', 'model/*', 'application/*'];

/** A response with bytes of one of these media types; default: those of result files. */
export const bytes = (description: string, ...types: readonly string[]) => ({
  description,
  content: Object.fromEntries(
    (types.length > 0 ? types : FILE_TYPES).map((type) => [type, { schema: binary }]),
  ),
});

/** The responses of `fileResponse`, without its error 416. */
export const file = (description: string, ...types: readonly string[]) => ({
  200: bytes(description, ...types),
  206: bytes('The requested range', ...types),
  304: { description: 'Unchanged' },
});

/** Responses with a problem, one for each status. */
export const fails = (...statuses: number[]) =>
  Object.fromEntries(
    statuses.map((status) => [
      status,
      { description: 'Problem', content: { 'application/problem+json': { schema: problem } } },
    ]),
  );
