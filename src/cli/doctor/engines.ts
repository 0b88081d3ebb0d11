/** Checks the engines and the programs of command operations on this machine. */
import { loadOperations } from '../../../operations/command/load.ts';
import type { Config } from '../../config/config.ts';
import { type Engine, knownEngines } from '../../engines/engine.ts';
import { findInstallation, missingRequirements } from '../../engines/installation.ts';
import { isOnPath } from '../../engines/programs.ts';
import { broken, type Finding, ok, readMessage, warning } from './finding.ts';

export async function checkEngines(config: Config): Promise<Finding[]> {
  const engines = knownEngines().map((engine) => checkEngine(engine, config.DARKROOM_CACHE));
  return [...(await Promise.all(engines)), ...(await checkCommandOperations(config.DARKROOM_OPERATIONS))];
}

async function checkEngine(engine: Engine, cacheDir: string): Promise<Finding> {
  const check = `engine ${engine.name}`;
  const installation = await findInstallation(engine, cacheDir);
  if (installation) return ok(check, `${engine.title} ${installation.version}`);
  const packages = (await missingRequirements(engine)).flatMap((one) => one.packages);
  const apt = packages.length > 0 ? `apt-get install ${packages.join(' ')}, then ` : '';
  const remedy = `${apt}darkroom engines install ${engine.name}`;
  return warning(check, 'not installed; its operations run on workers that have it', remedy);
}

/** An invalid definition prevents the start of the server. */
async function checkCommandOperations(directory: string): Promise<Finding[]> {
  const check = 'command operation';
  try {
    const operations = await loadOperations(directory);
    return await Promise.all(
      operations.map(async ({ name, requires, install }) => {
        const here = await Promise.all((requires ?? []).map(isOnPath));
        const program = (requires ?? []).join(', ');
        return here.includes(false)
          ? warning(check, `${name}: ${program} is not on the PATH`, install ?? `Install ${program}`)
          : ok(check, name);
      }),
    );
  } catch (error) {
    return [broken(check, readMessage(error), 'Fix the file; to check it: darkroom operations check FILE')];
  }
}
