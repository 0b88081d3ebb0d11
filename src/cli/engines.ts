/** `darkroom engines`: lists the capabilities that operations need with their availability, and installs engines. */
import type { Command } from 'commander';
import type { Operation } from '../client/client.ts';
import { readConfig } from '../config/config.ts';
import { knownEngines } from '../engines/engine.ts';
import {
  describeMissing,
  findInstallation,
  install,
  missingRequirements,
  type Requirement,
} from '../engines/installation.ts';
import { connect, printJson, type ServerOptions, say, withServer } from './connection.ts';
import { columns } from './terminal/columns.ts';

interface Capability {
  readonly name: string;
  /** Null if unknown: every operation that needs it lacks another capability, too. */
  readonly available: boolean | null;
  readonly operations: readonly string[];
}

export function define(command: Command): void {
  command
    .command('install')
    .argument('<name>', 'an engine, or all')
    .description('install an engine on this machine; running workers offer it within seconds')
    .action(installEngines);
  withServer(command).action(async (options: ServerOptions) => {
    const capabilities = groupByCapability(await connect(options).operations());
    if (options.json) return printJson({ capabilities });
    const rows = capabilities.map(({ name, available, operations }) => [
      name,
      available === null
        ? 'unknown'
        : available
          ? { text: 'yes', colour: 'green' as const }
          : { text: 'no worker', colour: 'yellow' as const },
      operations.join(', '),
    ]);
    console.log(columns([['CAPABILITY', 'AVAILABLE', 'NEEDED BY'], ...rows]));
  });
}

/**
 * Installs each engine that can be installed.
 *
 * @throws Error with one line for each failure, and one line for all missing system packages
 */
async function installEngines(name: string): Promise<void> {
  const engines = knownEngines();
  const wanted = name === 'all' ? engines : engines.filter((engine) => engine.name === name);
  if (wanted.length === 0) {
    const known = engines.map((engine) => engine.name).join(', ');
    throw new Error(`There is no engine "${name}"; there are ${known}`);
  }
  const { DARKROOM_CACHE } = readConfig(process.env, { listens: false });
  const problems: string[] = [];
  const missing: string[] = [];
  const requirements: Requirement[] = [];
  for (const engine of wanted) {
    const isInstalled = (await findInstallation(engine, DARKROOM_CACHE)) !== null;
    const needed = isInstalled ? [] : await missingRequirements(engine);
    if (needed.length > 0) {
      missing.push(engine.name);
      requirements.push(...needed);
    } else
      await install(engine, DARKROOM_CACHE, say).catch((error: Error) =>
        problems.push(`${engine.name}: ${error.message}`),
      );
  }
  if (missing.length > 0) problems.push(describeMissing(missing, requirements));
  if (problems.length > 0) throw new Error(problems.join('\n'));
}

/**
 * Derives capabilities from operations. An available operation has all its capabilities online. An unavailable one proves that a
 * capability is missing only if all its other capabilities are online.
 */
function groupByCapability(operations: readonly Operation[]): Capability[] {
  const names = [...new Set(operations.flatMap(({ capabilities }) => capabilities))].sort();
  const offered = new Set(
    operations.flatMap(({ available, capabilities }) => (available ? capabilities : [])),
  );
  return names.map((name) => {
    const needing = operations.filter(({ capabilities }) => capabilities.includes(name));
    const missing = needing.some(
      ({ available, capabilities }) =>
        !available && capabilities.every((other) => other === name || offered.has(other)),
    );
    return {
      name,
      available: offered.has(name) ? true : missing ? false : null,
      operations: needing.map((operation) => operation.name),
    };
  });
}
