/** A cache directory in which a stub takes the place of the engine `reconstruct`, for tests that are not about the model. */
import { cp, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readConfig } from '../../src/config/config.ts';
import { knownEngines } from '../../src/engines/engine.ts';
import { installationPath } from '../../src/engines/installation.ts';

const sources = new URL('./stub-engine/', import.meta.url).pathname;

/**
 * Installs the stub below `folder`. The engine's packages come first on its Python path, so the package `reconstruct` of the stub is the one that runs.
 *
 * @param seconds - For each half of a stage. Clients that are to see every stage need half a second.
 * @returns The value for DARKROOM_CACHE.
 */
export async function installStubEngine(folder: string, seconds: number): Promise<string> {
  const cache = join(folder, 'cache');
  const engine = knownEngines().find(({ name }) => name === 'reconstruct');
  if (!engine) throw new Error('There is no engine reconstruct');
  const home = installationPath(engine, cache);
  await mkdir(home, { recursive: true });
  await cp(sources, join(home, 'packages'), { recursive: true });
  await writeFile(join(home, 'packages/reconstruct/seconds'), String(seconds));
  await writeFile(join(home, 'installed'), '');
  await symlink(join(readConfig().DARKROOM_CACHE, 'temporal'), join(cache, 'temporal'));
  return cache;
}
