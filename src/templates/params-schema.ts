/** The declared parameters of a template: a JSON Schema (2020-12), checked and applied by Ajv. */
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { LRUCache } from 'lru-cache';
import { RE2JS } from 're2js';
import { closedSchema } from '../jobs/model/template.ts';
import { type FieldError, toPointer } from '../jobs/validation/invalid-request.ts';
import { describeFault } from './describe-fault.ts';

export type ParamsSchema = Readonly<Record<string, unknown>>;

/** Compiled schemas that are kept. */
const MAX_COMPILED = 200;

const DRAFT = 'https://json-schema.org/draft/2020-12/schema';

const PARAM_NAME = /^[A-Za-z]\w{0,62}$/;

/** Patterns of tenants are matched in linear time. `code` names an expression in generated code, which is not used. */
const linearRegExp = Object.assign((pattern: string) => RE2JS.compile(pattern), { code: 'RE2JS' });

const ajv = new Ajv2020({
  allErrors: true,
  useDefaults: true,
  strictRequired: false,
  strictTypes: false,
  strictTuples: false,
  validateFormats: false,
  // A schema with an `$id` must not be found by those of other tenants.
  addUsedSchema: false,
  logger: false,
  verbose: true,
  code: { regExp: linearRegExp },
});

const compiled = new LRUCache<string, ValidateFunction>({ max: MAX_COMPILED });

/** Returns the schemas of the parameters by name. */
export const propertiesOf = ({ properties }: ParamsSchema): Readonly<Record<string, ParamsSchema>> =>
  (properties ?? {}) as Record<string, ParamsSchema>;

/** Returns what is wrong with a schema. Pointers are relative to it. */
export function checkSchema(schema: ParamsSchema): FieldError[] {
  if ((schema['type'] ?? 'object') !== 'object')
    return [{ pointer: '/type', detail: 'must be "object": parameters have names' }];
  // Ajv keeps schemas with an identifier under it, for all tenants.
  const forbidden = Object.entries(schema).find(
    ([key, value]) => ['$id', '$vocabulary'].includes(key) || (key === '$schema' && value !== DRAFT),
  );
  if (forbidden)
    return [{ pointer: `/${forbidden[0]}`, detail: 'must be left out; the schema is one of draft 2020-12' }];
  if (!ajv.validateSchema(schema)) return toFieldErrors(ajv.errors ?? []);
  const properties = Object.entries(propertiesOf(schema));
  const misnamed = properties.find(([name]) => !PARAM_NAME.test(name));
  if (misnamed)
    return [
      {
        pointer: toPointer(['properties', misnamed[0]]),
        detail: 'must have a name of letters, digits and "_", such as width',
      },
    ];
  const faults = properties.flatMap(([name, property]) => {
    const detail = tryCompile({ ...schema, properties: { [name]: property } });
    return detail === null ? [] : [{ pointer: toPointer(['properties', name]), detail }];
  });
  if (faults.length > 0) return faults;
  const detail = tryCompile(schema);
  return detail === null ? [] : [{ pointer: '', detail }];
}

/** Returns why a schema cannot be used; null: it can. */
function tryCompile(schema: ParamsSchema): string | null {
  try {
    compile(schema);
    return null;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return `cannot be used: ${reason.replace(/^strict mode: /, '')}`;
  }
}

/** Returns the parameters with defaults filled in, or what is wrong with them. A null counts as absent, unless its type is null. */
export function applySchema(
  schema: ParamsSchema,
  given: Readonly<Record<string, unknown>>,
): { readonly params: Record<string, unknown>; readonly errors: readonly FieldError[] } {
  const properties = propertiesOf(schema);
  const isAbsent = ([name, value]: [string, unknown]) => {
    const type = Object.hasOwn(properties, name) ? properties[name]?.['type'] : undefined;
    return value === null && type !== undefined && ![type].flat().includes('null');
  };
  const params = structuredClone(Object.fromEntries(Object.entries(given).filter((one) => !isAbsent(one))));
  const validate = compile(schema);
  validate(params);
  return { params, errors: toFieldErrors(validate.errors ?? []) };
}

/** @throws Error if a reference leads nowhere or a pattern is invalid */
function compile(schema: ParamsSchema): ValidateFunction {
  const closed = closedSchema(schema);
  const key = JSON.stringify(closed);
  const known = compiled.get(key);
  if (known) return known;
  try {
    const validate = ajv.compile(closed);
    compiled.set(key, validate);
    return validate;
  } finally {
    ajv.removeSchema(closed);
  }
}

/** One error a field. Of alternatives, it names all. */
function toFieldErrors(errors: readonly ErrorObject[]): FieldError[] {
  const faults = errors.filter(({ keyword }) => !SUMMARIES.includes(keyword)).map(describeFault);
  const pointers = new Set(faults.map(({ pointer }) => pointer));
  const alternatives = new Set(errors.filter(isAlternatives).map(({ instancePath }) => instancePath));
  return [...pointers].map((pointer) => {
    const details = faults.filter((fault) => fault.pointer === pointer).map(({ detail }) => detail);
    return { pointer, detail: [...new Set(details)].join(alternatives.has(pointer) ? ', or ' : '; ') };
  });
}

/** Keywords whose errors repeat those of the schemas within them. */
const SUMMARIES = ['if', 'propertyNames', 'anyOf'];

const isAlternatives = ({ keyword }: ErrorObject): boolean => keyword === 'anyOf' || keyword === 'oneOf';
