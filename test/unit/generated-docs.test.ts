/** Parts of the documentation that are generated from the code are up to date. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { generatedDocs } from '../../scripts/docs/generated-docs.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

test.each(generatedDocs)('$path', ({ path, render }) => {
  const text = read(path);
  expect(text, `${path} is out of date: run "npm run docs"`).toBe(render(text));
});
