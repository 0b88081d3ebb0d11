/** The index of the documentation lists each page. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const docs = fileURLToPath(new URL('../../docs/', import.meta.url));
const index = readFileSync(join(docs, 'README.md'), 'utf8');
const listed = new Set(
  [...index.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map(([, link = '']) => normalize(link)),
);

test.each(
  readdirSync(docs, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.md') && name !== 'README.md'),
)('docs/README.md lists %s', (page) => {
  expect([...listed]).toContain(page);
});

test.each(['python', 'go'])('docs/README.md lists the client for %s', (name) => {
  expect([...listed]).toContain(`../clients/${name}/README.md`);
});
