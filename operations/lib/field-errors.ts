/** Converts zod issues of parameters to field errors. */
import type { z } from 'zod';
import { type FieldError, toPointer } from '../../src/jobs/validation/invalid-request.ts';
import { dedupeIssues } from '../../src/lib/zod-messages.ts';

type Issue = z.core.$ZodIssue;
type JsonSchema = Record<string, unknown>;

/** @param schema - JSON Schema of the parameters, to list the known ones when one is unknown. */
export function toFieldErrors(issues: readonly Issue[], schema: JsonSchema): FieldError[] {
  return dedupeIssues(issues).flatMap((issue) => {
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => unknownKey(issue.path, key, schema));
    // The alternative of a union whose type fits, and whose entries are invalid.
    const inside = issue.code === 'invalid_union' ? issue.errors.find(areInside) : undefined;
    if (inside)
      return toFieldErrors(
        inside.map((one) => ({ ...one, path: [...issue.path, ...one.path] })),
        schema,
      );
    return [{ pointer: toPointer(issue.path), detail: issue.message }];
  });
}

const areInside = (issues: readonly Issue[]): boolean => issues.every(({ path }) => path.length > 0);

function unknownKey(path: readonly PropertyKey[], key: string, schema: JsonSchema): FieldError {
  const known = Object.keys(subschemaAt(schema, path).properties ?? {});
  const list = known.length > 0 ? `; known are ${known.join(', ')}` : '';
  return { pointer: toPointer([...path, key]), detail: `unknown parameter "${key}"${list}` };
}

/** Returns the subschema at a path; empty when the path leads through anything but properties and items. */
function subschemaAt(schema: JsonSchema, path: readonly PropertyKey[]): JsonSchema {
  return path.reduce<JsonSchema>((at, part) => {
    const properties = (at.properties ?? {}) as Record<PropertyKey, JsonSchema>;
    return (typeof part === 'number' ? (at.items as JsonSchema | undefined) : properties[part]) ?? {};
  }, schema);
}
