/** Null for an optional field: generated clients send it. */
import type { z } from 'zod';

type Path = readonly PropertyKey[];

/**
 * Parses a JSON value. A field that is null counts as absent if the schema does not accept null for it.
 *
 * @example
 * safeParseNulls(z.object({ width: z.int().optional() }), { width: null }) // { success: true, data: {} }
 */
export function safeParseNulls<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
): z.ZodSafeParseResult<z.output<Schema>> {
  const parsed = schema.safeParse(value);
  const paths = parsed.error?.issues.map(({ path }) => path).filter((path) => isNullField(value, path)) ?? [];
  if (paths.length === 0) return parsed;
  const copy = structuredClone(value);
  for (const path of paths)
    Reflect.deleteProperty(getAt(copy, path.slice(0, -1)) as object, path.at(-1) ?? '');
  return schema.safeParse(copy);
}

/** An element of an array is not a field: without it, the others would move up. */
const isNullField = (value: unknown, path: Path): boolean =>
  typeof path.at(-1) === 'string' && getAt(value, path) === null;

const getAt = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (at, key) =>
      typeof at === 'object' && at !== null ? (at as Record<PropertyKey, unknown>)[key] : undefined,
    value,
  );
