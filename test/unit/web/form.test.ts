/** The form: errors that go when their field is mended, and the request of another job. */
import { describe, expect, test } from 'vitest';
import { builtIn, createRegistry } from '../../../operations/registry.ts';
import type { Operation } from '../../../src/client/client.ts';
import { dropMendedErrors } from '../../../web/submit/changed-fields.ts';
import { buildRequest, emptyDraft } from '../../../web/submit/draft.ts';
import { splitColor } from '../../../web/submit/split-color.ts';
import { toDraft } from '../../../web/submit/to-draft.ts';

describe('errors', () => {
  const errors = new Map([
    ['/params/width', ['at least 1']],
    ['/params/background', ['a colour']],
    ['/assets', ['none']],
    ['', ['/steps: unknown']],
  ]);
  const before = { ...emptyDraft, entries: { width: '0', background: 'reddish' } };

  test('of a changed parameter go, the others stay', () => {
    const left = dropMendedErrors(errors, before, { entries: { width: '1', background: 'reddish' } });
    expect([...left.keys()]).toEqual(['/params/background', '/assets']);
  });

  test('of the assets go with a file or a URL', () => {
    expect(dropMendedErrors(errors, before, { sources: 'https://x.example/a.jpg' }).has('/assets')).toBe(
      false,
    );
    expect(dropMendedErrors(errors, before, { labels: 'a=b' }).has('/assets')).toBe(true);
  });
});

test.each([
  ['#fff', '#ffffff', ''],
  ['#FF880080', '#ff8800', '80'],
  ['#12345', '#000000', ''],
  ['red', '#000000', ''],
])('the colour %s is %s with alpha "%s" in the picker', (text, color, alpha) => {
  expect(splitColor(text)).toEqual({ color, alpha });
});

/** Every kind of field occurs in one of these. */
const requests: Readonly<Record<string, Record<string, unknown>>> = {
  'image.transform': {
    width: 320,
    fit: 'cover',
    enlarge: true,
    background: '#ff880080',
    metadata: ['profile', 'exif'],
  },
  'image.gallery': { title: 'Survey', attributes: ['site', 'lat'], map: false },
  poi_detection: { channel: 'dab', min_score: 0.6, overlay: false },
  'system.echo': { anything: { deep: [1, 'two', null] } },
};

test.each(Object.entries(requests))(
  'the request of %s fills the form and comes out of it again',
  (name, params) => {
    const found = createRegistry(builtIn).find(name);
    if (!found) throw new Error(`There is no operation ${name}`);
    const operation: Operation = { ...found.info, available: true };
    const draft = toDraft(
      operation,
      { operation: name, params, assets: { total: 0, shown: [] }, callback: null, keep_days: null },
      { album: 'cats' },
    );
    const { request, errors } = buildRequest(operation, draft);
    expect(errors).toEqual([]);
    expect(request).toMatchObject({ operation: name, params, labels: { album: 'cats' } });
    expect(request.params).toEqual(params);
  },
);
