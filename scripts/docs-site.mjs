/**
 * Builds the documentation as a site that works from disk, in `site/` or the directory that is named. The first time it
 * installs the generator (MkDocs with Material) in the cache directory. Broken links are errors.
 *
 *   npm run docs:site
 *   npm run docs:site -- /srv/www/darkroom
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheDirectory } from './cache.mjs';
import { installArguments, versionOf } from './requirements.mjs';

const here = fileURLToPath(new URL('docs-site/', import.meta.url));
const site = resolve(process.argv[2] ?? fileURLToPath(new URL('../site', import.meta.url)));
const generator = join(cacheDirectory, 'docs-site', versionOf('docs-site'));
const modules = join(generator, 'node_modules');

mkdirSync(generator, { recursive: true });
const lock = readFileSync(join(here, 'package-lock.json'), 'utf8');
const installed = join(generator, 'package-lock.json');
if (!existsSync(modules) || readFileSync(installed, 'utf8') !== lock) {
  for (const name of ['package.json', 'package-lock.json'])
    copyFileSync(join(here, name), join(generator, name));
  run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: generator });
}
if (!existsSync(join(generator, 'python/bin/mkdocs'))) {
  run('python3', ['-m', 'venv', join(generator, 'python')]);
  run(join(generator, 'python/bin/python3'), installArguments('docs-site'));
}
const env = { ...process.env, DOCS_SITE: site, NODE_MODULES: modules, NO_MKDOCS_2_WARNING: '1' };
run(join(generator, 'python/bin/mkdocs'), ['build', '--strict', '--quiet', '-f', join(here, 'mkdocs.yml')], {
  env,
});
console.log(`Open ${join(site, 'index.html')}`);

function run(command, args, options = {}) {
  const { status } = spawnSync(command, args, { stdio: 'inherit', ...options });
  if (status !== 0) process.exit(status ?? 1);
}
