import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jobSpec } from '../../../src/jobs/model/job-spec.ts';
import { resolveUploads } from '../../../src/jobs/submit/build-run-input.ts';
import { canonicalRequest } from '../../../src/jobs/submit/fingerprint.ts';

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

const textOf = (params: Record<string, unknown>, more: object = {}) => {
  const request = spec(params, more);
  return canonicalRequest(request, resolveUploads(request.assets, []));
};

test('ignores only the order of keys in parameters', () => {
  fc.assert(
    fc.property(json, (params) => {
      expect(textOf(shuffled(params) as Record<string, unknown>)).toBe(textOf(params));
      expect(textOf({ ...params, '': { extra: 1 } })).not.toBe(textOf(params));
    }),
  );
});

test('ignores id and labels, but not assets, callback and await_assets', () => {
  const plain = textOf({});
  expect(textOf({}, { id: 'a', labels: { b: 'c' }, priority: 1 })).toBe(plain);
  expect(textOf({}, { assets: [{ source: { path: 'a' } }] })).not.toBe(plain);
  expect(textOf({}, { callback: { url: 'https://a.example/' } })).not.toBe(plain);
  expect(textOf({}, { await_assets: {} })).not.toBe(plain);
});

test('compares uploads by their bytes, not by where they are stored', () => {
  const uploaded = (part: string, upload: string, sha256: string) =>
    canonicalRequest(
      spec({}),
      resolveUploads([], [{ part, name: 'a.jpg', upload: { upload, size: 1, sha256 } }]),
    );
  expect(uploaded('file', 'one/0', 'aa')).toBe(uploaded('photo', 'two/0', 'aa'));
  expect(uploaded('file', 'one/0', 'aa')).not.toBe(uploaded('file', 'one/0', 'bb'));
});
