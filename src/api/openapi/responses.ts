/** What the descriptions of routes have in common. */
import { z } from '@hono/zod-openapi';
import { problem } from '../problems/problem.ts';

/** An answer with a JSON body. */
export const json = <Schema extends z.ZodType>(schema: Schema, description: string) => ({
  description,
  content: { 'application/json': { schema } },
});

/** The content of a file. */
export const binary = z.string().openapi({ format: 'binary' });

/** An answer with bytes of this type; without one, of whatever type they are. */
export const bytes = (description: string, type = '*/*') => ({
  description,
  content: { [type]: { schema: binary } },
});

/** What `fileResponse` answers with, but for failures, of which there is one: 416. */
export const file = (description: string, type?: string) => ({
  200: bytes(description, type),
  206: bytes('A part of it', type),
  304: { description: 'Unchanged' },
});

/** Statuses that are answered with a problem. */
export const fails = (...statuses: number[]) =>
  Object.fromEntries(
    statuses.map((status) => [
      status,
      { description: 'Problem', content: { 'application/problem+json': { schema: problem } } },
    ]),
  );
