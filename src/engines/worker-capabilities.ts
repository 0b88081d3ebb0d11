/** Detects what a worker offers: capabilities, the number of concurrent activities of each, and their memory limits. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Registry } from '../../operations/registry.ts';
import type { Config } from '../config/config.ts';
import { DarkroomError } from '../errors.ts';
import { machineMemory } from '../lib/machine-memory.ts';
import { ConfigError } from '../lib/settings/config-error.ts';
import { knownEngines } from './engine.ts';
import { type Installation, installedEngines } from './installation.ts';
import { isOnPath } from './programs.ts';

/** Milliseconds between two checks for engines and programs that were missing. */
const POLL_MS = 3000;

/** Capability → concurrent activities. */
export type Slots = Readonly<Record<string, number>>;

interface WorkerCapabilities {
  readonly slots: Slots;
  /** Capabilities that become available later, when their engine is installed. */
  later(stop: AbortSignal): AsyncIterable<Slots>;
  /** Throws engine_missing. */
  engine(name: string): Installation;
  /** Memory limit in bytes for the processes of one activity; null without a limit. */
  memoryOf(capability: string): number | null;
}

/**
 * Detects the capabilities of this machine.
 *
 * @param only - Offer exactly these. Default: everything that is available.
 * @throws ConfigError when a capability in `only` is unknown or not available
 */
export async function detectCapabilities(
  config: Config,
  operations: Registry,
  only?: readonly string[],
): Promise<WorkerCapabilities> {
  const known = ['io', 'cpu', ...operations.capabilities.filter((name) => name !== 'io' && name !== 'cpu')];
  const stranger = only?.find((name) => !known.includes(name));
  if (stranger !== undefined)
    throw new ConfigError(`There is no capability "${stranger}"; there are ${known.join(', ')}`);
  let installed = await installedEngines(config.DARKROOM_CACHE);
  const missingFor = (capability: string) => findMissing(operations.requirementsOf(capability), installed);
  const slots: Record<string, number> = {};
  const wanting: string[] = [];
  for (const capability of only ?? known) {
    const needs = await missingFor(capability);
    if (needs.length === 0) slots[capability] = readSlots(config, capability);
    else if (only) throw new ConfigError(`This machine cannot offer ${capability}: ${needs.join(', ')}`);
    else wanting.push(capability);
  }
  return {
    slots,
    later: async function* (stop) {
      while (wanting.length > 0 && (await sleepUnlessStopped(stop))) {
        installed = await installedEngines(config.DARKROOM_CACHE);
        for (const capability of [...wanting]) {
          if ((await missingFor(capability)).length > 0) continue;
          wanting.splice(wanting.indexOf(capability), 1);
          yield { [capability]: readSlots(config, capability) };
        }
      }
    },
    engine: (name) => installed.get(name) ?? throwEngineMissing(name),
    memoryOf: (capability) => readMemoryBudget(config, operations, capability),
  };
}

/** Returns false when the worker stops. */
const sleepUnlessStopped = (stop: AbortSignal): Promise<boolean> =>
  sleep(POLL_MS, true, { signal: stop, ref: false }).catch(() => false);

function throwEngineMissing(engine: string): never {
  const message = `The engine ${engine} is not installed on this worker; run: darkroom engines install ${engine}`;
  throw new DarkroomError('engine_missing', message);
}

/** Returns a sentence for each missing engine or program that says what to do. */
async function findMissing(
  wanted: readonly string[],
  installed: ReadonlyMap<string, unknown>,
): Promise<string[]> {
  const engines = new Set(knownEngines().map(({ name }) => name));
  const reasons = await Promise.all(
    wanted.map(async (name) => {
      if (engines.has(name))
        return installed.has(name) ? null : `run "darkroom engines install ${name}" first`;
      return (await isOnPath(name)) ? null : `${name} is not on the PATH`;
    }),
  );
  return reasons.filter((text) => text !== null);
}

function readSlots(config: Config, capability: string): number {
  if (capability === 'io') return config.DARKROOM_IO_SLOTS;
  if (capability === 'cpu') return config.DARKROOM_CPU_SLOTS;
  return config.DARKROOM_SLOTS[capability] ?? 1;
}

/** Returns the memory limit per activity. `cpu` has none by default: picture processes are limited by the pixels of the picture. */
function readMemoryBudget(config: Config, operations: Registry, capability: string): number | null {
  const budget =
    config.DARKROOM_MEMORY[capability] ??
    (operations.requirementsOf(capability).length > 0 ? machineMemory() / 2 : null);
  return budget === null ? null : Math.floor(budget / readSlots(config, capability));
}
