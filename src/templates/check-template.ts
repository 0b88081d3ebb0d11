/** Checks a template: its parameters, its placeholders, and the steps that it makes. */
import type { TemplateDocument } from '../jobs/model/template.ts';
import type { OperationCatalogue } from '../jobs/ports/operation-catalogue.ts';
import { buildPipeline } from '../jobs/submit/build-pipeline.ts';
import { type FieldError, toPointer } from '../jobs/validation/invalid-request.ts';
import { applySchema, checkSchema, type ParamsSchema, propertiesOf } from './params-schema.ts';
import { parseSteps, TOO_LONG } from './parse-steps.ts';
import { fillPlaceholders, listUses, type Use } from './placeholders.ts';

const below = (prefix: string, errors: readonly FieldError[]): FieldError[] =>
  errors.map(({ pointer, detail }) => ({ pointer: prefix + pointer, detail }));

/**
 * Returns the invalid fields of a template. Its steps are checked with the defaults of the parameters, and with the first example of
 * each required one.
 */
export function checkTemplate(template: TemplateDocument, operations: OperationCatalogue): FieldError[] {
  const schemaErrors = checkSchema(template.params);
  if (schemaErrors.length > 0) return below('/params', schemaErrors);
  const { steps, results = [] } = template;
  const uses = listUses({ steps, results });
  const errors = [...checkUses(uses, template.params), ...checkValues(template.params)];
  if (errors.length > 0) return errors;
  const { params } = applySchema(template.params, listExamples(template.params));
  const filled = fillPlaceholders({ steps, results: template.results }, params);
  if (!filled) return [{ pointer: '/steps', detail: TOO_LONG }];
  const parsed = parseSteps(filled);
  if ('errors' in parsed) return parsed.errors;
  const built = buildPipeline({ assets: [], params: {}, ...parsed }, operations);
  return [...built.errors, ...checkSecrets(uses, template, operations)];
}

const requiredOf = ({ required = [] }: ParamsSchema): readonly string[] => required as readonly string[];

/** Each placeholder needs a parameter, and inside a text one that always has a value. */
function checkUses(uses: readonly Use[], schema: ParamsSchema): FieldError[] {
  const properties = propertiesOf(schema);
  const names = Object.keys(properties);
  return uses.flatMap(({ param, pointer, isWhole, isInName }) => {
    const report = (detail: string) => [{ pointer, detail }];
    if (isInName) return report('has a placeholder in its name, where none can be');
    if (!names.includes(param)) {
      const known = names.length > 0 ? `declared are ${names.join(', ')}` : 'none is declared';
      return report(`uses the parameter "${param}", which is not in /params/properties; ${known}`);
    }
    const hasValue = requiredOf(schema).includes(param) || properties[param]?.['default'] !== undefined;
    if (isWhole || hasValue) return [];
    return report(`uses the parameter "${param}" inside a text; give it a default, or make it required`);
  });
}

/** Defaults and examples must fit. A required parameter without a default needs an example, with which the steps are checked. */
function checkValues(schema: ParamsSchema): FieldError[] {
  const properties = propertiesOf(schema);
  const examples = listExamples(schema);
  const missing = requiredOf(schema).filter((name) => !(name in examples));
  if (missing.length > 0)
    return missing.map((name) =>
      name in properties
        ? {
            pointer: toPointer(['params', 'properties', name]),
            detail: 'is required, so it needs `examples`: the steps are checked with the first one',
          }
        : { pointer: '/params/required', detail: `names "${name}", which is not in /params/properties` },
    );
  return applySchema(schema, examples).errors.map(({ pointer, detail }) => {
    const [, name = '', ...deeper] = pointer.split('/');
    const from = properties[name]?.['default'] === undefined ? ['examples', '0'] : ['default'];
    return { pointer: ['', 'params', 'properties', name, ...from, ...deeper].join('/'), detail };
  });
}

/** Returns the first example of each required parameter without a default. */
function listExamples(schema: ParamsSchema): Record<string, unknown> {
  const properties = propertiesOf(schema);
  const entries = requiredOf(schema).flatMap((name) => {
    const property = properties[name];
    if (!property || property['default'] !== undefined) return property ? [[name, property['default']]] : [];
    const { examples } = property as { readonly examples?: unknown };
    return Array.isArray(examples) && examples.length > 0 ? [[name, examples[0]]] : [];
  });
  return Object.fromEntries(entries) as Record<string, unknown>;
}

/** Templates are readable for the whole tenant, so a secret of an operation must come with the job. */
function checkSecrets(
  uses: readonly Use[],
  { steps }: TemplateDocument,
  operations: OperationCatalogue,
): FieldError[] {
  return Object.entries(steps).flatMap(([name, { operation, params }]) => {
    const secrets = operations.find(String(operation))?.secrets ?? [];
    return secrets.flatMap((secret) => {
      const pointer = toPointer(['steps', name, 'params', secret]);
      const isGiven = typeof params === 'object' && params !== null && Object.hasOwn(params, secret);
      if (!isGiven || uses.some((use) => use.isWhole && use.pointer === pointer)) return [];
      return [
        { pointer, detail: 'is secret, and a template is not: use a parameter, such as "${params.urls}"' },
      ];
    });
  });
}
