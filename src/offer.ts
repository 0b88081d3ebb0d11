/** What one worker offers: capabilities, how many steps of each at once, and the memory that these may take. */
import { totalmem } from 'node:os';
import type { Registry } from '../operations/registry.ts';
import { type Config, ConfigError } from './config.ts';
import { accessible } from './engines/accessible.ts';
import { knownEngines } from './engines/engine.ts';

interface Offer {
  /** Capability → steps at once. */
  readonly slots: Readonly<Record<string, number>>;
  /** Bytes that processes of one step may take; null: any. */
  memoryOf(capability: string): number | null;
}

/**
 * `installed`: engines of this machine. `only`: what is to be offered and nothing else; not given, all that can be. Throws
 * ConfigError when something of that is unknown, or cannot be done here.
 */
export async function offerOf(
  config: Config,
  operations: Registry,
  installed: ReadonlyMap<string, unknown>,
  only?: readonly string[],
): Promise<Offer> {
  const known = ['io', 'cpu', ...operations.capabilities.filter((name) => name !== 'io' && name !== 'cpu')];
  const stranger = only?.find((name) => !known.includes(name));
  if (stranger !== undefined)
    throw new ConfigError(`There is no capability "${stranger}"; there are ${known.join(', ')}`);
  const slots: Record<string, number> = {};
  for (const capability of only ?? known) {
    const missing = await missingFor(operations.enginesOf(capability), installed);
    if (missing.length === 0) slots[capability] = slotsOf(config, capability);
    else if (only) throw new ConfigError(`This machine cannot offer ${capability}: ${missing.join(', ')}`);
  }
  return { slots, memoryOf: (capability) => memoryOf(config, operations, capability) };
}

/** Of the engines and programs given, those that are not here, each with what to do. */
async function missingFor(
  wanted: readonly string[],
  installed: ReadonlyMap<string, unknown>,
): Promise<string[]> {
  const engines = new Set(knownEngines().map(({ name }) => name));
  const told = await Promise.all(
    wanted.map(async (name) => {
      if (engines.has(name))
        return installed.has(name) ? null : `run "darkroom engines install ${name}" first`;
      return (await accessible(name)) ? null : `${name} is not on the PATH`;
    }),
  );
  return told.filter((text) => text !== null);
}

function slotsOf(config: Config, capability: string): number {
  if (capability === 'io') return config.DARKROOM_IO_SLOTS;
  if (capability === 'cpu') return config.DARKROOM_CPU_SLOTS;
  return config.DARKROOM_SLOTS[capability] ?? 1;
}

/** Steps of `cpu` compute in the worker itself, unless an operator's command says that it needs no queue of its own. */
function memoryOf(config: Config, operations: Registry, capability: string): number | null {
  const budget =
    config.DARKROOM_MEMORY[capability] ??
    (operations.enginesOf(capability).length > 0 ? machineMemory() / 2 : null);
  return budget === null ? null : Math.floor(budget / slotsOf(config, capability));
}

/** Bytes that this process and its like may take: of the machine, or of the container. */
function machineMemory(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}
