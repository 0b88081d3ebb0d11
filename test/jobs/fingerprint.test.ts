import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalRequest } from '../../src/jobs/fingerprint.ts';
import { jobSpec } from '../../src/jobs/job.ts';

const spec = (params: Record<string, unknown>, more: object = {}) =>
  jobSpec.parse({ operation: 'x', params, ...more });

/** The same JSON with its keys in another order. */
function shuffled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, shuffled(inner)]),
  );
}

const json = fc.dictionary(fc.string(), fc.jsonValue());

test('the order of keys does not matter, all else does', () => {
  fc.assert(
    fc.property(json, (params) => {
      expect(canonicalRequest(spec(shuffled(params) as Record<string, unknown>))).toBe(
        canonicalRequest(spec(params)),
      );
      expect(canonicalRequest(spec({ ...params, '': { extra: 1 } }))).not.toBe(
        canonicalRequest(spec(params)),
      );
    }),
  );
});

test('id and labels do not count; assets and callback do', () => {
  const plain = canonicalRequest(spec({}));
  expect(canonicalRequest(spec({}, { id: 'a', labels: { b: 'c' }, priority: 1 }))).toBe(plain);
  expect(canonicalRequest(spec({}, { assets: [{ source: { path: 'a' } }] }))).not.toBe(plain);
  expect(canonicalRequest(spec({}, { callback: { url: 'https://a.example/' } }))).not.toBe(plain);
});
