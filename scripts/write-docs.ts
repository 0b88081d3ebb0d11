/** `npm run docs`: writes the parts of the documentation that are generated from the code. */
import { readFileSync, writeFileSync } from 'node:fs';
import { packageRoot } from '../src/lib/resources.ts';
import { generatedDocs } from './docs/generated-docs.ts';

for (const { path, render } of generatedDocs) {
  const file = new URL(path, packageRoot);
  const before = readFileSync(file, 'utf8');
  const after = render(before);
  if (after === before) continue;
  writeFileSync(file, after);
  console.log(`wrote ${path}`);
}
