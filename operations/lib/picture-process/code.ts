/** The code that picture processes run: the build, also for tests, which run from the sources. */
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { builtRoot, packageRoot } from '../../../src/lib/resources.ts';

const compiled = (source: string): URL => new URL(source.replace(/\.ts$/, '.js'), builtRoot);

/** Returns the URL of the compiled module of a source or compiled module. */
export const compiledModule = (url: string): string =>
  url.endsWith('.ts') ? compiled(url.slice(packageRoot.href.length)).href : url;

export const entry = fileURLToPath(compiled('operations/lib/picture-process/child.ts'));

const FOLDER = '/node_modules/';
const sharp = createRequire(import.meta.url).resolve('sharp');

/** Paths that a picture process reads to run. Not the whole package: a clone may contain a data directory. */
export const code: readonly string[] = [
  process.execPath,
  fileURLToPath(builtRoot),
  fileURLToPath(new URL('package.json', packageRoot)),
  sharp.slice(0, sharp.indexOf(FOLDER) + FOLDER.length),
];
