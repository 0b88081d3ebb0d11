/** Attributes of a draft: JSON where they are JSON, and never changed. */
import { expect, test } from 'vitest';
import type { Operation } from '../../../src/client/client.ts';
import { buildRequest, emptyDraft } from '../../../web/submit/draft.ts';

const operation = {
  name: 'test.survey',
  params: {},
  inputs: { min: 1, max: 9 },
  attributes: [{ name: 'longitude' }, { name: 'site' }],
} as unknown as Operation;

const build = (attributes: Record<string, string>) =>
  buildRequest(operation, { ...emptyDraft, sources: 'a.jpg', attributes });

test('attributes are JSON or text', () => {
  expect(build({ longitude: ' 14.42', site: 'north' })).toMatchObject({
    request: { assets: [{ source: { path: 'a.jpg' }, attributes: { longitude: 14.42, site: 'north' } }] },
    errors: [],
  });
  expect(build({}).request.assets).toEqual([{ source: { path: 'a.jpg' } }]);
});

test('a number that JavaScript would change is reported, and not sent', () => {
  expect(build({ site: '9007199254740993' }).errors).toMatchObject([
    { pointer: '/assets/0/attributes/site', detail: expect.stringContaining('must be a whole number') },
  ]);
});
