/** Engines, and programs of operations of one's own, that a worker on this machine would have. */
import { loadOperations } from '../../../operations/command/load.ts';
import type { Config } from '../../config/config.ts';
import { type Engine, knownEngines } from '../../engines/engine.ts';
import { findInstallation, missingPrograms } from '../../engines/installation.ts';
import { isOnPath } from '../../engines/programs.ts';
import { broken, type Finding, ok, readMessage, warning } from './finding.ts';

export async function checkEngines(config: Config): Promise<Finding[]> {
  const engines = knownEngines().map((engine) => checkEngine(engine, config.DARKROOM_CACHE));
  return [...(await Promise.all(engines)), ...(await checkOwn(config.DARKROOM_OPERATIONS))];
}

async function checkEngine(engine: Engine, cacheDir: string): Promise<Finding> {
  const check = `engine ${engine.name}`;
  const installation = await findInstallation(engine, cacheDir);
  if (installation) return ok(check, `${engine.title} ${installation.version}`);
  const missing = await missingPrograms(engine);
  const apt =
    missing.length > 0 ? `apt-get install ${missing.map(([, debian]) => debian).join(' ')}, then ` : '';
  const mend = `${apt}darkroom engines install ${engine.name}`;
  return warning(check, `is not installed; its operations are left to workers that have it`, mend);
}

/** A definition that cannot be read keeps the server from starting. */
async function checkOwn(directory: string): Promise<Finding[]> {
  try {
    const operations = await loadOperations(directory);
    return await Promise.all(
      operations.map(async ({ name, requires, install }) => {
        const here = await Promise.all((requires ?? []).map(isOnPath));
        const program = (requires ?? []).join(', ');
        if (!here.includes(false)) return ok('own operation', name);
        return warning(
          'own operation',
          `${name}: ${program} is not on the PATH`,
          install ?? `Install ${program}`,
        );
      }),
    );
  } catch (error) {
    return [broken('own operation', readMessage(error), 'Mend the file: darkroom operations check FILE')];
  }
}
