/** Engines as `darkroom engines install` puts them on this machine; the first time that takes some seconds. */
import type { EngineAtHand } from '../../operations/operation.ts';
import { readConfig } from '../../src/config.ts';
import { knownEngines } from '../../src/engines/engine.ts';
import { findInstallation, install } from '../../src/engines/installation.ts';

/** Throws an Error that says what to do when it cannot be installed. */
export async function installedEngine(name: string): Promise<EngineAtHand> {
  const engine = knownEngines().find((known) => known.name === name);
  if (!engine) throw new Error(`There is no engine ${name}`);
  const { DARKROOM_CACHE: cacheDir } = readConfig();
  await install(engine, cacheDir, () => undefined);
  const installation = await findInstallation(engine, cacheDir);
  if (!installation) throw new Error(`Engine ${name} is not installed although it was`);
  return installation;
}
