/**
 * Writes the pinned packages anew: for each `.in` file with Python packages a `.txt` file with the exact version and the hashes of
 * every package that it needs, on every platform; for each module in `go/` its go.mod and go.sum. Needs uv and Go, and internet
 * access. To update a package, change its version in the `.in` file or with `go get -tool PACKAGE@VERSION` in its module first.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** The oldest Python that engines and tests run on. */
const PYTHON = '3.11';

const run = (program, args, cwd = root) => execFileSync(program, args, { cwd, stdio: 'inherit' });

const requirements = ['engines', 'scripts/requirements']
  .flatMap((folder) => readdirSync(join(root, folder), { recursive: true }).map((name) => join(folder, name)))
  .filter((name) => name.endsWith('.in'));
for (const source of requirements)
  run('uv', [
    'pip',
    'compile',
    '--quiet',
    '--universal',
    '--generate-hashes',
    '--no-emit-index-url',
    '--no-annotate',
    ...['--only-binary', ':all:'],
    ...['--python-version', PYTHON],
    ...['--custom-compile-command', 'node scripts/pin-packages.mjs'],
    source,
    ...['--output-file', source.replace(/in$/, 'txt')],
  ]);

for (const module of readdirSync(join(root, 'go'))) {
  run('go', ['mod', 'tidy'], join(root, 'go', module));
  run('go', ['mod', 'verify'], join(root, 'go', module));
}
