/** Registries of Windows that are damaged, or were in use. */
import { beforeAll, expect, test } from 'vitest';
import { installedEngine } from '../../support/engines.ts';
import { guestBench } from '../../support/guests/bench.ts';
import { noise, noted, zeros } from '../../support/guests/damage.ts';
import { type Probed, probeCases } from '../../support/guests/probe.ts';
import { hive } from '../../support/guests/registry.ts';
import type { Tree } from '../../support/guests/tree.ts';
import { fat } from '../../support/guests/volumes.ts';

const engine = await installedEngine('guestprobe');
const { place } = await guestBench();

const registry = (change: (software: Buffer) => Buffer): Tree => ({
  'Windows/System32/config/SOFTWARE': change(
    hive({
      Microsoft: {
        'Windows NT': { CurrentVersion: { ProductName: 'Windows 10 Pro', CurrentVersion: '6.3' } },
        Windows: {
          CurrentVersion: { Uninstall: { a: { DisplayName: 'Editor' }, b: { DisplayName: 'Player' } } },
        },
      },
    }),
  ),
  'Windows/System32/config/SYSTEM': change(
    hive({ Select: { Current: 1 }, ControlSet001: { Services: { EventLog: { Type: 32, Start: 2 } } } }),
  ),
});
const unknownRegistry = {
  operating_system: { type: 'windows', product_name: null },
  packages: { count: null, manager: null },
  services: null,
  notes: noted(
    'The packages are unknown',
    'The services are unknown',
    'The registry hive SOFTWARE is damaged',
  ),
};
const known = { operating_system: { product_name: 'Windows 10 Pro' }, packages: { count: 2 } };
const DIRTY = 'The registry hive SYSTEM was in use';
/** A log whose first entry has this number. */
const logFrom = (sequence: number): Buffer => {
  const log = Buffer.alloc(1024);
  log.write('HvLE', 512);
  log.writeUInt32LE(512, 516);
  log.writeUInt32LE(sequence, 524);
  return log;
};
const cases: Readonly<Record<string, readonly [Tree, Record<string, unknown>]>> = {
  'a zero-filled registry': [registry(zeros), unknownRegistry],
  'a registry without its end': [registry((hive) => hive.subarray(0, 6000)), unknownRegistry],
  'a registry with a hole': [registry((hive) => hive.fill(0, 4300, 4500)), unknownRegistry],
  'a registry of noise': [registry(noise), unknownRegistry],
  'a registry that was being written': [
    registry((hive) => {
      hive.writeUInt32LE(hive.readUInt32LE(4) + 1, 4);
      hive.writeUInt32LE(hive.readUInt32LE(508) ^ 1 ^ 2, 508);
      return hive;
    }),
    { ...known, notes: noted(DIRTY) },
  ],
  'a registry with a log that was not replayed': [
    { ...registry((hive) => hive), 'Windows/System32/config/SYSTEM.LOG1': logFrom(1) },
    { ...known, notes: noted(DIRTY) },
  ],
  'a registry with an old log': [
    { ...registry((hive) => hive), 'Windows/System32/config/SYSTEM.LOG2': logFrom(0) },
    { ...known, notes: ['The accounts of Windows are not read'] },
  ],
};

let reports: Readonly<Record<string, Probed | undefined>>;

beforeAll(async () => {
  reports = await probeCases({ engine, place, report: 'profile' }, cases, (path, [tree]) => fat(path, tree));
}, 120_000);

test.each(Object.keys(cases))('%s', (name) => {
  expect(reports[name]).toMatchObject(cases[name]?.[1] ?? {});
});
