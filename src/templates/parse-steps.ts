/** The steps of a template whose placeholders are filled in. */
import { z } from 'zod';
import { resultSteps, stepMap } from '../jobs/model/pipeline.ts';
import { type FieldError, listInvalidFields } from '../jobs/validation/invalid-request.ts';
import { safeParseNulls } from '../lib/parse-nulls.ts';

export const TOO_LONG = 'becomes longer than 64 KiB with these parameters';

const filledSteps = z.object({ steps: stepMap, results: resultSteps.optional() });

type FilledSteps = z.infer<typeof filledSteps>;

/** Returns the steps as a job has them, or the invalid fields. */
export function parseSteps(filled: unknown): FilledSteps | { readonly errors: FieldError[] } {
  const parsed = safeParseNulls(filledSteps, filled);
  return parsed.success ? parsed.data : { errors: listInvalidFields(parsed.error.issues) };
}
