/** What is refused in a template, by which pointer, and what its placeholders become. */
import { describe, expect, test } from 'vitest';
import { builtIn, createRegistry } from '../../../operations/registry.ts';
import { templateDocument } from '../../../src/jobs/model/template.ts';
import { checkTemplate } from '../../../src/templates/check-template.ts';
import { fillTemplate } from '../../../src/templates/fill-template.ts';

const operations = createRegistry(builtIn);

const properties = {
  width: { type: 'integer', minimum: 1, default: 800 },
  quality: { type: 'integer', maximum: 100 },
  title: { type: 'string', default: 'Shoot' },
};

const web = {
  operation: 'image.transform',
  params: { width: '${params.width}', quality: '${params.quality}' },
};
const site = { operation: 'image.gallery', use: ['web'], params: { title: 'All of ${params.title}' } };

const parse = (more: object = {}) =>
  templateDocument.parse({ params: { type: 'object', properties }, steps: { web, site }, ...more });
const check = (more: object) => checkTemplate(parse(more), operations);
const withParams = (more: object) => check({ params: { properties: { ...properties, ...more } } });

test('accepts a template', () => {
  expect(check({})).toEqual([]);
  expect(check({ params: {}, steps: { facts: { operation: 'image.metadata' } } })).toEqual([]);
});

describe('the schema of the parameters', () => {
  test.each<[string, object, string, string]>([
    ['an invalid bound', { a: { type: 'integer', minimum: 'one' } }, '/a/minimum', 'must be a number'],
    ['an unknown type', { a: { type: 'int' } }, '/a/type', 'must be one of "array", "boolean"'],
    ['an unknown keyword', { a: { type: 'string', defualt: 'x' } }, '/a', 'unknown keyword: "defualt"'],
    ['a reference to nothing', { a: { $ref: '#/$defs/no' } }, '/a', "can't resolve reference"],
    [
      'a reference to another server',
      { a: { $ref: 'https://a.example/b' } },
      '/a',
      "can't resolve reference",
    ],
    ['a pattern that cannot be matched in linear time', { a: { pattern: '^(?=a)' } }, '/a', 'cannot be used'],
    ['a pattern that is none', { a: { pattern: '(' } }, '/a', 'missing closing )'],
    ['a name with a dot', { 'a.b': { type: 'string' } }, '/a.b', 'must have a name of letters'],
    [
      'a default of another type',
      { a: { type: 'integer', default: 'x' } },
      '/a/default',
      'must be a whole number',
    ],
  ])('refuses %s', (_, more, pointer, detail) => {
    const [error] = withParams(more);
    expect(error).toEqual({
      pointer: `/params/properties${pointer}`,
      detail: expect.stringContaining(detail),
    });
  });

  test.each<[object, string, string]>([
    [{ type: 'array' }, '/type', 'must be "object"'],
    [{ $id: 'https://json-schema.org/draft/2020-12/schema' }, '/$id', 'must be left out'],
    [{ $schema: 'http://json-schema.org/draft-07/schema#' }, '/$schema', 'must be left out'],
    [{ properties: [] }, '/properties', 'must be an object'],
    [{ required: ['no'] }, '/required', 'names "no"'],
    [{ properties: { a: { type: 'string' } }, required: ['a'] }, '/properties/a', 'needs `examples`'],
    [
      { properties: { a: { type: 'integer', examples: ['x'] } }, required: ['a'] },
      '/properties/a/examples/0',
      'must be a whole number',
    ],
  ])('refuses %j', (params, pointer, detail) => {
    const [error] = check({ params, steps: { facts: { operation: 'image.metadata' } } });
    expect(error).toEqual({ pointer: `/params${pointer}`, detail: expect.stringContaining(detail) });
  });

  test('is of no other template, even with the same identifier', () => {
    const named = { $schema: 'https://json-schema.org/draft/2020-12/schema', properties };
    expect(check({ params: named })).toEqual([]);
    expect(check({ params: named })).toEqual([]);
  });
});

describe('the steps', () => {
  const metadata = { operation: 'image.metadata' };
  const webWith = (params: object) => ({ web: { operation: 'image.transform', params } });
  test.each<[string, object, string, string]>([
    ['an unknown parameter', webWith({ width: '${params.with}' }), '/web/params/width', 'declared are width'],
    [
      'a placeholder in a name',
      webWith({ '${params.width}': 1 }),
      '/web/params/${params.width}',
      'in its name',
    ],
    [
      'an optional one inside a text',
      { web, site: { ...site, params: { title: '${params.quality} %' } } },
      '/site/params/title',
      'give it a default',
    ],
    [
      'an unknown operation',
      { web: { operation: 'image.resize' } },
      '/web/operation',
      'there is no operation',
    ],
    [
      'a default that the operation refuses',
      webWith({ height: '${params.title}' }),
      '/web/params/height',
      'must be a number',
    ],
    ['a circle', { a: { ...metadata, use: ['a'] } }, '/a/use/0', 'names the step itself'],
    ['an unknown field', { web: { ...web, uses: [] } }, '/web/uses', 'unknown field'],
    ['a missing operation', { web: { params: {} } }, '/web/operation', 'is required'],
    [
      'a secret',
      {
        out: {
          operation: 'export.http',
          use: [':assets'],
          params: { urls: { 'a.jpg': 'https://a.example/?sig=1' } },
        },
      },
      '/out/params/urls',
      'is secret',
    ],
  ])('refuses %s', (_, steps, pointer, detail) => {
    const [error] = check({ steps });
    expect(error).toEqual({ pointer: `/steps${pointer}`, detail: expect.stringContaining(detail) });
  });
});

describe('filling in', () => {
  const fill = (params: Record<string, unknown>, more: object = {}) =>
    fillTemplate({ ...parse(more), name: 'shoot', version: 3 }, params);
  const errorsOf = (params: Record<string, unknown>, more: object = {}) => {
    try {
      fill(params, more);
    } catch (error) {
      return (error as { details: { errors: unknown } }).details.errors;
    }
    return [];
  };

  test('keeps the types of values, applies defaults, and leaves out what has no value', () => {
    expect(fill({})).toMatchObject({ reference: 'shoot@3', steps: { web: { params: { width: 800 } } } });
    expect(fill({}).steps['web']?.params).toEqual({ width: 800 });
    expect(fill({ quality: 0, title: '$& é' }).steps).toMatchObject({
      web: { params: { width: 800, quality: 0 } },
      site: { params: { title: 'All of $& é' } },
    });
    // Generated clients send null for fields that they do not set.
    expect(fill({ width: null }).steps['web']?.params).toEqual({ width: 800 });
  });

  test('inserts values once, and takes `$$` for a dollar', () => {
    const steps = { web, site: { ...site, params: { title: '${params.title} $${params.title}' } } };
    expect(fill({ title: '${params.width}' }, { steps }).steps['site']?.params).toEqual({
      title: '${params.width} ${params.title}',
    });
  });

  test('refuses parameters by their pointers', () => {
    expect(errorsOf({ width: 0, quality: 101, titel: 'x' })).toEqual([
      { pointer: '/params/titel', detail: 'unknown parameter "titel"; known are width, quality, title' },
      { pointer: '/params/width', detail: 'must be at least 1' },
      { pointer: '/params/quality', detail: 'must be at most 100' },
    ]);
    const either = {
      properties: { ...properties, side: { anyOf: [{ type: 'integer' }, { const: 'auto' }] } },
    };
    expect(errorsOf({ side: true }, { params: either })).toEqual([
      { pointer: '/params/side', detail: 'must be a whole number, or must be "auto"' },
    ]);
  });

  test('matches patterns in linear time', () => {
    const params = { properties: { ...properties, tag: { type: 'string', pattern: '^(a+)+$' } } };
    // A backtracking engine takes longer than the age of the universe.
    expect(errorsOf({ tag: `${'a'.repeat(5000)}!` }, { params })).toEqual([
      { pointer: '/params/tag', detail: 'must match ^(a+)+$' },
    ]);
  });

  test('refuses what becomes too long, before it does', () => {
    const steps = { web, site: { ...site, params: { title: '${params.title}'.repeat(3000) } } };
    expect(errorsOf({ title: 'x'.repeat(60_000) }, { steps })).toEqual([
      { pointer: '/params', detail: expect.stringContaining('64 KiB') },
    ]);
  });

  test('names the parameter for an error of a step', () => {
    const { explain } = fill({});
    expect(
      explain([
        { pointer: '/steps/web/params/width', detail: 'must be at most 16384' },
        { pointer: '/steps/site/operation', detail: 'there is no operation "x"' },
      ]),
    ).toEqual([
      { pointer: '/params/width', detail: 'must be at most 16384 (/steps/web/params/width of "shoot@3")' },
      {
        pointer: '',
        detail: '"shoot@3" makes an invalid step: /steps/site/operation there is no operation "x"',
      },
    ]);
  });
});

describe('a condition', () => {
  const steps = { web: { ...web, when: 'width > ${params.width} && name.startsWith(${params.title})' } };

  test('has values as they are written in CEL', () => {
    expect(check({ steps })).toEqual([]);
    const template = { name: 'shoot', version: 1, ...parse({ steps }) };
    expect(fillTemplate(template, { title: 'a" || true' }).steps['web']?.when).toBe(
      'width > 800 && name.startsWith("a\\" || true")',
    );
  });

  test('is checked with the template', () => {
    const wrong = { web: { ...web, when: 'width > ${params.title}' } };
    expect(check({ steps: wrong })).toMatchObject([{ pointer: '/steps/web/when' }]);
  });
});
