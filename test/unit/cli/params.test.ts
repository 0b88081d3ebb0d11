/** `--set`, given a schema. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assign } from '../../../src/cli/params/assignments.ts';
import { parameterRows } from '../../../src/cli/params/parameter-rows.ts';

const schema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    width: { type: 'integer', minimum: 1, maximum: 100 },
    ratio: { type: 'number', exclusiveMinimum: 0 },
    shout: { type: 'boolean' },
    name: { type: 'string', default: 'x' },
    format: { type: 'string', enum: ['png', 'webp'] },
    rotate: { type: 'number', enum: [0, 90] },
    tags: { type: 'array', items: { type: 'string' } },
    sizes: { type: 'array', items: { $ref: '#/$defs/Size' } },
    limit: { anyOf: [{ type: 'integer' }, { type: 'null' }] },
    either: { anyOf: [{ type: 'string' }, { type: 'number' }] },
    box: {
      type: 'object',
      additionalProperties: false,
      required: ['top'],
      properties: { top: { $ref: '#/$defs/Size' }, 'a.b': { type: 'boolean' } },
    },
    free: { type: 'object', additionalProperties: {} },
  },
  $defs: { Size: { type: 'integer', minimum: 0 } },
};
const set = (...assignments: string[]) => assign(assignments, {}, schema);

describe('values are typed by the schema', () => {
  test.each([
    ['width=7', { width: 7 }],
    ['ratio=0.5', { ratio: 0.5 }],
    ['shout=false', { shout: false }],
    ['name=7', { name: '7' }],
    ['name=a=b', { name: 'a=b' }],
    ['name=', { name: '' }],
    ['format=webp', { format: 'webp' }],
    ['rotate=90', { rotate: 90 }],
    ['tags=a', { tags: ['a'] }],
    ['tags=["a","b"]', { tags: ['a', 'b'] }],
    ['limit=null', { limit: null }],
    ['limit=3', { limit: 3 }],
    ['box={"top":1}', { box: { top: 1 } }],
    ['box.top=1', { box: { top: 1 } }],
    ['box.a.b=true', { box: { 'a.b': true } }],
    ['free.x.y=[1]', { free: { x: { y: [1] } } }],
    ['free.x=plain text', { free: { x: 'plain text' } }],
    ['free.x="9007199254740993"', { free: { x: '9007199254740993' } }],
    ['free.x=9007199254740993 pixels', { free: { x: '9007199254740993 pixels' } }],
    ['either=9007199254740993', { either: '9007199254740993' }],
    ['ratio=1e23', { ratio: 1e23 }],
  ])('%s', (assignment, params) => {
    expect(set(assignment)).toEqual(params);
  });

  test('a repeated option becomes a list', () => {
    expect(set('sizes=1', 'sizes=2', 'sizes=3')).toEqual({ sizes: [1, 2, 3] });
  });

  test('--set overrides parameters and keeps the others', () => {
    const base = { width: 1, box: { top: 1 }, tags: ['a'] };
    expect(assign(['width=2', 'box.a.b=true', 'tags=b'], base, schema)).toEqual({
      width: 2,
      box: { top: 1, 'a.b': true },
      tags: ['b'],
    });
    expect(base).toEqual({ width: 1, box: { top: 1 }, tags: ['a'] });
  });
});

describe('errors name the parameter', () => {
  test.each([
    ['width=abc', /--set width=abc: must be a whole number from 1 to 100$/],
    ['width=101', /from 1 to 100/],
    ['width=1.5', /whole number/],
    ['width=', /whole number/],
    ['ratio=0', /a number above 0/],
    ['shout=yes', /must be true or false/],
    ['format=gif', /must be png or webp/],
    ['rotate=45', /must be 0 or 90/],
    ['sizes=-1', /a whole number from 0/],
    ['box=[]', /must be a JSON object/],
    ['tags=[1', /must be a JSON array/],
    ['limit=x', /whole number, or must be null/],
    ['widht=3', /there is no parameter "widht"; known are width, ratio, /],
    ['box.left=1', /there is no parameter "left" in box; known are top, a\.b/],
    ['width', /write it as name=value/],
    ['width=0x10', /whole number from 1/],
    // The nearest double is 9007199254740992.
    ['free.seed=9007199254740993', /must be a whole number from -9007199254740991 .* as text, in quotes$/],
    ['free.seed=9007199254740993.0', /must be a whole number/],
    ['free.seed={"a":[1,9007199254740993]}', /at a\.1 it must be a whole number/],
    ['free.seed=1e400', /a double can hold, which 1e400 is not/],
    ['free={"__proto__":1}', /at __proto__ it is a name that cannot be used/],
    ['sizes=9007199254740993', /from -9007199254740991/],
    ['ratio=9007199254740993', /from -9007199254740991/],
    ['ratio=0x20000000000001', /a number above 0/],
  ])('%s', (assignment, message) => {
    expect(() => set(assignment)).toThrow(message);
  });

  test('reports all errors at once, contradictions included', () => {
    expect(() => set('width=x', 'format=y')).toThrow(/width=x.*\n.*format=y/);
    expect(() => set('width=1', 'width=2')).toThrow('it is set twice');
    expect(() => set('free.x=1', 'free.x.y=2')).toThrow(
      'the object that contains it is set to another value',
    );
  });
});

test('any JSON object can be set leaf by leaf, with any keys', () => {
  const key = fc.oneof(fc.constantFrom('__proto__', 'constructor'), fc.stringMatching(/^[a-z_]{1,8}$/));
  const leaf = fc.oneof(fc.integer(), fc.boolean(), fc.constant(null));
  fc.assert(
    fc.property(fc.uniqueArray(fc.tuple(key, key, leaf), { selector: ([a, b]) => `${a}.${b}` }), (leaves) => {
      const params = assign(
        leaves.map(([a, b, value]) => `${a}.${b}=${value}`),
        {},
        { type: 'object', additionalProperties: {} },
      );
      for (const [a, b, value] of leaves) {
        const inner = Object.getOwnPropertyDescriptor(params, a)?.value as object;
        expect(Object.getOwnPropertyDescriptor(inner, b)?.value).toBe(value);
      }
      expect(Object.keys(params).sort()).toEqual([...new Set(leaves.map(([a]) => a))].sort());
      expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    }),
  );
});

test('parameters are listed with type, default and whether they are required', () => {
  const rows = Object.fromEntries(parameterRows(schema).map(([name, kind]) => [name, kind]));
  expect(rows).toMatchObject({
    width: 'a whole number from 1 to 100',
    name: 'text (default x)',
    format: 'png | webp',
    sizes: 'list of a whole number from 0',
    limit: 'a whole number, or null',
    'box.top': 'a whole number from 0 (required)',
  });
});
