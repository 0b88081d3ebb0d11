/** A template: the steps of a job with declared parameters, under a name and in versions. */
import { z } from 'zod';

/** Characters of JSON of a template. */
const MAX_TEMPLATE_TEXT = 64 * 1024;

export const MAX_VERSION = 99_999;

export const templateName = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9-]{0,62}$/,
    'must be 1 to 63 lower-case letters, digits or "-", and begin with a letter or digit',
  )
  .meta({ example: 'product-photo' });

const jsonObject = z.record(z.string(), z.unknown());

/** What a client writes. Its steps are checked with the parameters filled in. */
export const templateDocument = z
  .strictObject({
    title: z.string().max(200).default(''),
    description: z.string().max(5000).default(''),
    params: jsonObject
      .default({})
      .describe(
        'JSON Schema (2020-12) of the parameters: an object with `properties`. A job may give no others, unless ' +
          '`additionalProperties` is set',
      ),
    steps: z
      .record(z.string(), jsonObject)
      .describe(
        'The steps, as in a job. `${params.NAME}` stands for a parameter: alone it is its value, inside a text its text',
      ),
    results: z.array(z.unknown()).optional().describe('As in a job'),
  })
  .refine(
    (template) => JSON.stringify(template).length <= MAX_TEMPLATE_TEXT,
    `must be at most ${MAX_TEMPLATE_TEXT / 1024} KiB as JSON`,
  );

export type TemplateDocument = z.infer<typeof templateDocument>;

/** Who may use a template. */
const scope = z
  .enum(['tenant', 'shared', 'built-in'])
  .describe('`tenant`: of this tenant. `shared`: for all tenants, by an admin. `built-in`: part of darkroom');

export const templateSummary = z.object({
  name: z.string(),
  version: z.int().describe('The latest version'),
  scope,
  title: z.string(),
  description: z.string(),
  created_at: z.iso.datetime().nullable().describe('When this version was made; null for built-in ones'),
});

export const templateView = templateSummary.extend({
  version: z.int(),
  params: templateDocument.shape.params.unwrap(),
  steps: templateDocument.shape.steps,
  results: templateDocument.shape.results,
});

export const templateVersion = templateSummary.pick({ version: true, created_at: true });

export type TemplateSummary = z.infer<typeof templateSummary>;
export type TemplateView = z.infer<typeof templateView>;
export type TemplateVersion = z.infer<typeof templateVersion>;

/** Returns the schema that parameters are checked with: an object that has no others, unless the schema allows them. */
export const closedSchema = (
  params: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> => ({
  type: 'object',
  additionalProperties: false,
  ...params,
});

/** A template as a job names it: `NAME` or `NAME@VERSION`. */
export interface TemplateReference {
  readonly name: string;
  /** Null: the latest one. */
  readonly version: number | null;
}

/** Returns null for what cannot be the name of a template. */
export function parseTemplateReference(text: string): TemplateReference | null {
  const [, name = '', digits] = /^([^@]*)(?:@([1-9]\d{0,4}))?$/.exec(text) ?? [];
  if (!templateName.safeParse(name).success) return null;
  return { name, version: digits === undefined ? null : Number(digits) };
}
