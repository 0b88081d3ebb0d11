/** Templates as the command line names them. */
import type { Darkroom } from '../../client/client.ts';
import { parseTemplateReference } from '../../jobs/model/template.ts';
import type { Schema } from '../../jobs/validation/typed-value.ts';
import { UsageError } from '../exit-code.ts';

/**
 * Parses `NAME` or `NAME@VERSION`.
 *
 * @throws UsageError
 */
export function parseTemplateName(text: string): { name: string; version: number | undefined } {
  const reference = parseTemplateReference(text);
  if (!reference) throw new UsageError(`${text}: write a template as NAME or NAME@VERSION`);
  return { name: reference.name, version: reference.version ?? undefined };
}

/** Returns the JSON Schema of the parameters of a template. */
export async function readSchema(client: Darkroom, template: string): Promise<Schema> {
  const { name, version } = parseTemplateName(template);
  return { additionalProperties: false, ...(await client.templates.get(name, { version })).params };
}
