/** A JSON object as the text of a setting; null when that is empty. */
import { z } from 'zod';

export const jsonObject = z.string().transform((text, context): Record<string, unknown> | null => {
  if (text === '') return null;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // Told below, like any other value that is no object.
  }
  context.addIssue('must be a JSON object, such as {"as":"zip"}');
  return null;
});
