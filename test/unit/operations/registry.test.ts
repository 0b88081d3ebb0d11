import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defineOperation, type Operation } from '../../../operations/operation.ts';
import { builtIn, createRegistry } from '../../../operations/registry.ts';

const staged = (params: z.ZodType<Record<string, unknown>>, stages: Operation['stages']): Operation =>
  defineOperation({
    name: 'test.staged',
    title: 'Staged',
    description: 'For this test.',
    params,
    inputs: { min: 0, max: 0, media: [] },
    result: 'json',
    engine: {},
    stages,
  });
const run = async (): Promise<void> => undefined;

const params = z.strictObject({
  size: z.int().min(1).describe('Pixels'),
  'odd/na~me': z.string().optional(),
  shadow: z.strictObject({ x: z.number().default(0), y: z.number().default(0) }).optional(),
  marks: z.array(z.strictObject({ at: z.number() })).optional(),
  tint: z.union([z.number(), z.literal('none')]).optional(),
});
const operation = staged(params, [{ name: 'one', title: 'One', run }]);
const registry = createRegistry([operation]);
const parse = (given: Record<string, unknown>) => registry.find('test.staged')?.parse(given);

describe('the built-in operations', () => {
  test('have these names', () => {
    const all = createRegistry(builtIn);
    expect(all.list().map(({ name }) => name)).toEqual(builtIn.map(({ name }) => name));
    expect(all.list().map(({ name }) => name)).toEqual(
      expect.arrayContaining(['image.transform', 'system.echo', 'test.echo']),
    );
    for (const { name } of builtIn) {
      expect(all.find(name)?.info).toEqual(all.list().find((info) => info.name === name));
      expect(all.operation(name)?.name).toBe(name);
    }
    for (const name of ['image.paint', 'toString', '__proto__', '']) {
      expect(all.find(name)).toBeUndefined();
      expect(all.operation(name)).toBeUndefined();
    }
  });

  test('need the capabilities of their stages', () => {
    expect([...createRegistry(builtIn).capabilities].sort()).toEqual(['3d', 'cpu', 'io', 'vm']);
  });
});

describe('a registry', () => {
  test('plans stages, by default with one hour on cpu', () => {
    const planned = createRegistry([
      staged(params, [
        { name: 'fetch', title: 'Fetch', capability: 'io', perAsset: true, timeoutMs: 5000, run },
        { name: 'count', title: 'Count', isShort: true, run },
        { name: 'store', title: 'Store', capability: 'io', run },
      ]),
    ]).find('test.staged');
    const usual = { perAsset: false, timeoutMs: 3_600_000, heartbeatMs: 10_000, isShort: false };
    expect(planned?.plan).toEqual([
      // Of a batch of 32.
      { ...usual, name: 'fetch', capability: 'io', perAsset: true, timeoutMs: 160_000 },
      { ...usual, name: 'count', capability: 'cpu', isShort: true },
      { ...usual, name: 'store', capability: 'io' },
    ]);
    const withEngine = createRegistry([{ ...operation, requires: ['engine'] }]);
    expect(withEngine.find('test.staged')?.plan).toMatchObject([{ heartbeatMs: 120_000 }]);
    expect(planned?.info).toMatchObject({ stages: ['fetch', 'count', 'store'], capabilities: ['io', 'cpu'] });
  });

  test('describes parameters as a client sends them: those with a default are optional', () => {
    const schema = registry.find('test.staged')?.info.params;
    expect(schema).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      required: ['size'],
      additionalProperties: false,
      properties: { size: { type: 'integer', minimum: 1, description: 'Pixels' } },
    });
    expect(schema).not.toHaveProperty('properties.shadow.required');
  });

  test('fills in defaults', () => {
    expect(parse({ size: 3, shadow: { x: 1 } })).toEqual({
      ok: true,
      params: { size: 3, shadow: { x: 1, y: 0 } },
    });
  });

  test.each<[Record<string, unknown>, string, RegExp]>([
    [{}, '/size', /^is required$/],
    [{ size: 'wide' }, '/size', /^must be a number$/],
    [{ size: 0 }, '/size', /^must be at least 1$/],
    [{ size: 1, 'odd/na~me': 1 }, '/odd~1na~0me', /^must be a string$/],
    [{ size: 1, marks: [{ at: 1 }, { at: 'x' }] }, '/marks/1/at', /^must be a number$/],
    [{ size: 1, tint: 'red' }, '/tint', /^must be a number; or must be "none"$/],
    [
      { size: 1, sise: 2 },
      '/sise',
      /unknown parameter "sise"; known are size, odd\/na~me, shadow, marks, tint$/,
    ],
    [{ size: 1, shadow: { z: 1 } }, '/shadow/z', /unknown parameter "z"; known are x, y$/],
    [{ size: 1, marks: [{ at: 1, on: 2 }] }, '/marks/0/on', /unknown parameter "on"; known are at$/],
  ])('rejects %j at %s', (given, pointer, detail) => {
    expect(parse(given)).toEqual({ ok: false, errors: [{ pointer, detail: expect.stringMatching(detail) }] });
  });

  test('reports all errors, not only the first', () => {
    const parsed = parse({ size: -1, a: 1, b: 2 });
    const pointers = parsed?.ok ? [] : parsed?.errors.map(({ pointer }) => pointer);
    expect(pointers?.sort()).toEqual(['/a', '/b', '/size']);
  });

  test('rejects two operations or two stages with one name', () => {
    expect(() => createRegistry([operation, operation])).toThrow(/test\.staged/);
    const twice = staged(params, [
      { name: 'one', title: 'One', run },
      { name: 'one', title: 'One again', run },
    ]);
    expect(() => createRegistry([twice])).toThrow(/test\.staged one/);
  });
});
