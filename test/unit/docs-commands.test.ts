/** The commands of the documentation leave nothing in the clone but in `data`, which git and the linters ignore. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const pages = [
  'README.md',
  ...(await readdir(join(root, 'docs'), { recursive: true }))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];

test.each(pages)('%s writes only to data/ and to absolute paths', async (page) => {
  const text = await readFile(join(root, page), 'utf8');
  const commands = [...text.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = '']) => block).join('\n');
  // `-o` of darkroom itself names an operation.
  const written = [...commands.matchAll(/(?:--out|--archive|curl [^\n]*-o) ([^\s-]\S*)/g)].map(
    ([, path]) => path,
  );
  expect(written.filter((path) => !/^(data\/|\/|~\/|"?\$)/.test(path ?? ''))).toEqual([]);
});
