/** Limits of the size of a value, checked before its schema. */
import { z } from 'zod';

/**
 * Rejects arrays and objects with more than `max` entries before `schema` looks at any of them. A limit in the schema itself is
 * checked last, after an error for each entry.
 */
export const limitEntries = <Schema extends z.ZodType>(max: number, schema: Schema) =>
  z.preprocess<unknown, Schema, z.input<Schema>>((value, context) => {
    const count = typeof value === 'object' && value !== null ? Object.keys(value).length : 0;
    if (count <= max) return value;
    context.addIssue({ code: 'custom', message: `must have at most ${max} entries`, input: value });
    return z.NEVER;
  }, schema);
