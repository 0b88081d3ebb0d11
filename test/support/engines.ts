/** Engines as `darkroom engines install` puts them on this machine; the first time that takes some seconds. */
import { readdir, readFile } from 'node:fs/promises';
import type { InstalledEngine } from '../../operations/operation.ts';
import { readConfig } from '../../src/config/config.ts';
import { knownEngines } from '../../src/engines/engine.ts';
import { findInstallation, install } from '../../src/engines/installation.ts';

/** Throws an Error that says what to do when it cannot be installed. */
export async function installedEngine(name: string): Promise<InstalledEngine> {
  const engine = knownEngines().find((known) => known.name === name);
  if (!engine) throw new Error(`There is no engine ${name}`);
  const { DARKROOM_CACHE: cacheDir } = readConfig();
  await install(engine, cacheDir, () => undefined);
  const installation = await findInstallation(engine, cacheDir);
  if (!installation) throw new Error(`Engine ${name} is not installed although it was`);
  return installation;
}

/** Processes of an engine that this one started (Linux). `stage`: for this stage alone. */
export async function enginePids(engine: string, parent: number, stage = ''): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const read = (file: string) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
      const [command, stat] = [await read('cmdline'), await read('stat')];
      const [, from] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return command.includes(`\0-m\0${engine}\0${stage}`) && Number(from) === parent ? [Number(pid)] : [];
    }),
  );
  return found.flat();
}
