/** Describes errors of Ajv in the words of other field errors. */
import type { ErrorObject } from 'ajv/dist/2020.js';
import { type FieldError, toPointer } from '../jobs/validation/invalid-request.ts';

const types: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'an array',
  object: 'an object',
  null: 'null',
};

const bounds: Readonly<Record<string, string>> = {
  minimum: 'at least',
  maximum: 'at most',
  exclusiveMinimum: 'more than',
  exclusiveMaximum: 'less than',
};

const sizes: Readonly<Record<string, string>> = {
  minLength: 'character',
  maxLength: 'character',
  minItems: 'entry',
  maxItems: 'entry',
  minProperties: 'entry',
  maxProperties: 'entry',
};

/** Returns the field of an error, and a sentence whose subject is the field. */
export function describeFault({
  keyword,
  instancePath,
  params,
  parentSchema,
  message,
}: ErrorObject): FieldError {
  const at = (key: unknown) => instancePath + toPointer([String(key)]);
  if (keyword === 'required') return { pointer: at(params['missingProperty']), detail: 'is required' };
  if (keyword === 'additionalProperties' || keyword === 'unevaluatedProperties') {
    const name: unknown = params['additionalProperty'] ?? params['unevaluatedProperty'];
    const known = Object.keys((parentSchema?.['properties'] ?? {}) as object);
    const list = known.length > 0 ? `; known are ${known.join(', ')}` : '';
    return { pointer: at(name), detail: `unknown parameter "${name}"${list}` };
  }
  return { pointer: instancePath, detail: describe(keyword, params, message ?? 'is invalid') };
}

function describe(keyword: string, params: Readonly<Record<string, unknown>>, message: string): string {
  const limit = Number(params['limit']);
  const bound = bounds[keyword];
  if (bound) return `must be ${bound} ${limit}`;
  const size = sizes[keyword];
  if (size) return `must have at ${keyword.startsWith('min') ? 'least' : 'most'} ${count(limit, size)}`;
  if (keyword === 'type')
    return `must be ${[params['type']]
      .flat()
      .map((type) => types[String(type)])
      .join(' or ')}`;
  if (keyword === 'enum')
    return `must be one of ${(params['allowedValues'] as unknown[]).map(toText).join(', ')}`;
  if (keyword === 'const') return `must be ${toText(params['allowedValue'])}`;
  if (keyword === 'pattern') return `must match ${String(params['pattern'])}`;
  return message;
}

const count = (number: number, unit: string): string =>
  `${number} ${number === 1 ? unit : unit === 'entry' ? 'entries' : `${unit}s`}`;

const toText = (value: unknown): string => JSON.stringify(value);
