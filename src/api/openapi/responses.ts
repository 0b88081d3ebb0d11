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

/** A response with bytes of a media type; left out, of any type. */
export const bytes = (description: string, type = '*/*') => ({
  description,
  content: { [type]: { schema: binary } },
});

/** The responses of `fileResponse`, without its error 416. */
export const file = (description: string, type?: string) => ({
  200: bytes(description, type),
  206: bytes('A part of it', type),
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
