/** What the descriptions of routes have in common. */
import type { z } from 'zod';
import { problem } from './problem.ts';

/** An answer with a JSON body. */
export const json = <Schema extends z.ZodType>(schema: Schema, description: string) => ({
  description,
  content: { 'application/json': { schema } },
});

/** Statuses that are answered with a problem. */
export const fails = (...statuses: number[]) =>
  Object.fromEntries(
    statuses.map((status) => [
      status,
      { description: 'Problem', content: { 'application/problem+json': { schema: problem } } },
    ]),
  );
