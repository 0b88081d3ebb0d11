import { expect, test } from 'vitest';
import { z } from 'zod';
import { jobSpec } from '../../../src/jobs/model/job-spec.ts';
import { safeParseNulls } from '../../../src/lib/parse-nulls.ts';

test('treats null as absent for each optional field of a job', () => {
  const asset = { source: { url: 'https://a.example/b.jpg' } };
  const nulls = {
    id: null,
    operation: 'image.transform',
    params: null,
    assets: [
      {
        ...asset,
        source: { ...asset.source, path: null, upload: null },
        name: null,
        checksum: null,
        attributes: null,
      },
    ],
    await_assets: { total: null, quiet_seconds: null },
    callback: { url: 'https://a.example', token: null, events: null },
    priority: null,
    keep_days: null,
    labels: null,
  };
  const absent = {
    operation: 'image.transform',
    assets: [asset],
    await_assets: {},
    callback: { url: 'https://a.example' },
  };
  expect(safeParseNulls(jobSpec, nulls)).toEqual({ success: true, data: jobSpec.parse(absent) });
  expect(
    safeParseNulls(jobSpec, { ...absent, assets: null, await_assets: null, callback: null }).data,
  ).toEqual(jobSpec.parse({ operation: 'image.transform' }));
});

test('keeps null where the schema permits it, and in values without a schema', () => {
  const schema = z.object({
    background: z.string().nullable().default('white'),
    more: z.record(z.string(), z.unknown()),
  });
  const value = { background: null, more: { a: null } };
  expect(safeParseNulls(schema, value).data).toEqual(value);
});

test('rejects null for a required field and in an array', () => {
  const schema = z.object({ width: z.int(), sizes: z.array(z.int()) });
  const { error } = safeParseNulls(schema, { width: null, sizes: [1, null] });
  expect(error?.issues.map(({ path }) => path)).toEqual([['width'], ['sizes', 1]]);
});
