/** The version of the code of all operations. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageRoot } from '../src/lib/resources.ts';

let version: Promise<string> | undefined;

/** Returns a digest of the code of operations, and of the versions of the packages that they use. Reads it once. */
export function readOperationsVersion(): Promise<string> {
  version ??= digestCode();
  return version;
}

async function digestCode(): Promise<string> {
  const hash = createHash('sha256').update(await readFile(new URL('package.json', packageRoot)));
  for (const folder of [new URL('.', import.meta.url), new URL('../src/lib/', import.meta.url)]) {
    const root = fileURLToPath(folder);
    const names = await readdir(root, { recursive: true });
    for (const name of names.filter((path) => /\.(js|ts)$/.test(path)).sort())
      hash.update(name).update(await readFile(join(root, name)));
  }
  return hash.digest('hex');
}
