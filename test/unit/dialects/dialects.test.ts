/** The list of dialects: which API answers for a path, and what workers load. */
import { expect, test } from 'vitest';
import { findDialect } from '../../../src/api/dialect.ts';
import * as list from '../../../src/dialects/index.ts';
import { imports } from '../../support/source-imports.ts';

const dialects = Object.values(list);

test.each([
  ['/api/v1/task', 'common-application'],
  ['/api/v1/tasks', 'guestkit'],
  ['/api/v1/jobs/a', 'guestkit'],
  ['/api/v1', 'guestkit'],
  ['/api/v2', 'e2e3d'],
  ['/output/a/mesh.obj', 'e2e3d'],
  ['/jobs/a/output', 'image-web'],
  ['/status/a', 'primaa'],
  ['/v1/jobs', 'native'],
  ['/jobsite', 'native'],
  ['/healthz', 'native'],
])('%s belongs to %s', (path, name) => {
  expect(findDialect(dialects, path)?.name).toBe(name);
});

test('names and paths of dialects are unique', () => {
  const names = dialects.map(({ name }) => name);
  const paths = dialects.flatMap((dialect) => dialect.paths);
  expect([new Set(names).size, new Set(paths).size]).toEqual([names.length, paths.length]);
});

test('the list of dialects does not load Hono', () => {
  // `import()` loads the routes, in API processes only.
  const lazy = (to: string) => to.endsWith('/routes.ts');
  const loaded = new Set(['src/dialects/load.ts']);
  for (const file of loaded)
    for (const { from, to, typeOnly } of imports) if (from === file && !typeOnly && !lazy(to)) loaded.add(to);
  expect([...loaded].filter((each) => /hono/.test(each))).toEqual([]);
  expect(loaded).toContain('src/dialects/e2e3d/callback.ts');
});
