import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

test('docs/architecture.md has the glossary of src/jobs/model/job.ts', () => {
  const [comment = ''] = read('src/jobs/model/job.ts').split('*/');
  const table = [...comment.matchAll(/^ \* (\|.*)$/gm)].map(([, row = '']) => row);
  expect(table.length).toBeGreaterThan(10);
  expect(read('docs/architecture.md')).toContain(table.join('\n'));
});
