/** JSON bodies: values that JavaScript would change are rejected by name, and large bodies cost little. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseJson } from '../../../src/api/bodies/json-body.ts';
import { DarkroomError } from '../../../src/errors.ts';
import { jobSpec } from '../../../src/jobs/model/job-spec.ts';
import { invalidFields } from '../../../src/jobs/validation/invalid-request.ts';

function errorOf(text: string): DarkroomError {
  try {
    parseJson(text, 'The body');
  } catch (error) {
    if (error instanceof DarkroomError) return error;
    throw error;
  }
  throw new Error(`accepts ${text.slice(0, 100)}`);
}

const errorsOf = ({ details }: DarkroomError) =>
  details?.['errors'] as { pointer: string; detail: string }[] | undefined;

const pointersOf = (text: string) => errorsOf(errorOf(text))?.map(({ pointer }) => pointer);

describe('rejects an invalid body with a JSON Pointer', () => {
  test.each([
    ['{"params":{"seed":9007199254740993}}', ['/params/seed']],
    ['{"params":{"seed":-9007199254740993}}', ['/params/seed']],
    ['9007199254740992', ['']],
    ['[9007199254740993.0, 9007199254740993e0, 900719925474099.3e1]', ['/0', '/1', '/2']],
    [`[1${'0'.repeat(1000)}]`, ['/0']],
    ['[1,[2,123456789012345678901234567890]]', ['/1/1']],
    ['{"a":1e400,"b":-1E+400}', ['/a', '/b']],
    [`{"a":${'9'.repeat(400)}.5}`, ['/a']],
    ['{"a":{"b/c":[{},{"~":1e-400}]}}', ['/a/b~1c/1/~0']],
    ['{"params":{"__proto__":{"x":1}}}', ['/params/__proto__']],
    ['{"\\u005f_proto__":1}', ['/__proto__']],
    ['{"assets":[{"attributes":{"a":true,"__proto__":null}}]}', ['/assets/0/attributes/__proto__']],
  ])('%s', (text, pointers) => {
    expect(errorOf(text).code).toBe('invalid_request');
    expect(pointersOf(text)).toEqual(pointers);
  });
});

test.each([
  '9007199254740991',
  '-9007199254740991',
  '1e300',
  '9.007199254740992e15',
  '1e23',
  '0.12345678901234567890',
  '0e999',
  '1.7976931348623157e308',
  '{"a":"9007199254740993 \\" 1e400","b":"__proto__","c":["__proto__"],"proto":true}',
  '{"a":[],"b":{},"c":[[],{}],"d":false,"e":null}',
])('accepts %s', (text) => {
  expect(parseJson(text, 'The body')).toEqual(JSON.parse(text));
});

test('accepts the output of JSON.stringify for any value', () => {
  const safe = fc.jsonValue().filter((value) => !/__proto__|\d{16}/.test(JSON.stringify(value)));
  fc.assert(
    fc.property(safe, (value) => {
      expect(parseJson(JSON.stringify(value, null, 1), 'The body')).toEqual(
        JSON.parse(JSON.stringify(value)),
      );
    }),
  );
});

test('reports malformed JSON as malformed', () => {
  const texts = ['{"a":', '"', '"\\"', '[1,]', '{"a":1}}', ']', '{"a" 1}', '[1e]', '\\', ''];
  expect(texts.map((text) => errorOf(text).code)).toEqual(texts.map(() => 'malformed_json'));
});

describe('rejects a large body before it reads the keys', () => {
  const keys = (count: number, value: string) =>
    `{${Array.from({ length: count }, (_, n) => `"k${n}":${value}`).join(',')}}`;

  test.each([
    ['700,000 keys', keys(700_000, '0')],
    ['20,000 keys', `{"params":${keys(20_000, '0')}}`],
    ['4,000,000 values', `[${'0,'.repeat(3_999_999)}0]`],
    ['4,000,000 empty arrays nested in one', `[${'[],'.repeat(2_000_000)}[]]`],
    ['200,000 numbers that are too large', `[${keys(9000, '1e999')},${keys(9000, '1e999')}]`],
    [
      'a hundred keys of 70 KB',
      `{${Array.from({ length: 100 }, (_, n) => `"${String(n).repeat(35_000)}":0`).join(',')}}`,
    ],
  ])('%s', (_, text) => {
    const error = errorOf(text);
    expect(error.code).toBe('invalid_request');
    expect(errorsOf(error)?.length).toBeLessThanOrEqual(100);
    expect(JSON.stringify([error.message, error.details]).length).toBeLessThan(64 * 1024);
  });

  test.each([
    ['labels', { labels: Object.fromEntries(Array.from({ length: 200_000 }, (_, n) => [` ${n}`, n])) }],
    ['assets', { assets: Array(200_000).fill(0) }],
    ['events', { callback: { url: 'https://a.example', events: Array(200_000).fill(0) } }],
  ])('%s: reports one error', (_, spec) => {
    const { error } = jobSpec.safeParse({ operation: 'system.echo', ...spec });
    expect(error?.issues).toHaveLength(1);
  });

  test('reports the first hundred unknown fields', () => {
    const spec = Object.fromEntries(Array.from({ length: 100_000 }, (_, n) => [`unknown${n}`, 0]));
    const { error } = jobSpec.safeParse({ operation: 'system.echo', ...spec });
    const problem = invalidFields(error?.issues ?? []);
    expect(errorsOf(problem)).toHaveLength(100);
    expect(problem.message).toContain('; and 99997 more');
  });
});
