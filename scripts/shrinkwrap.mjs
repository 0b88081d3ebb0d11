/**
 * Runs before and after `npm pack`: writes npm-shrinkwrap.json, the production part of package-lock.json, so that an
 * installation of the package gets exactly the packages of this version. With `--remove` it deletes the file: in a
 * clone, npm would use it instead of package-lock.json.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';

const shrinkwrap = new URL('../npm-shrinkwrap.json', import.meta.url);

if (process.argv.includes('--remove')) rmSync(shrinkwrap, { force: true });
else {
  const lock = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'));
  const { devDependencies: _, ...own } = lock.packages[''];
  const production = Object.entries(lock.packages).filter(([path, { dev }]) => path !== '' && !dev);
  const packages = { '': own, ...Object.fromEntries(production) };
  writeFileSync(shrinkwrap, `${JSON.stringify({ ...lock, packages }, null, 2)}\n`);
}
