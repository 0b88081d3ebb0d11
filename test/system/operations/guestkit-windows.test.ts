/** Windows on NTFS. ntfs-3g and wimlib make the file systems, hivex the registries. */
import { execFile } from 'node:child_process';
import { open } from 'node:fs/promises';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { installedEngine } from '../../support/engines.ts';
import { guestBench } from '../../support/guests/bench.ts';
import { partitioned } from '../../support/guests/disks.ts';
import { type Probed, probeCases } from '../../support/guests/probe.ts';
import { makeHive } from '../../support/guests/registry-editor.ts';
import type { Tree } from '../../support/guests/tree.ts';
import { ntfs } from '../../support/guests/volumes.ts';

const engine = await installedEngine('guestprobe');
const { place } = await guestBench();

const NT = 'Microsoft\\Windows NT\\CurrentVersion';
const UNINSTALL = 'Microsoft\\Windows\\CurrentVersion\\Uninstall';
const CONTROL = 'ControlSet001\\Control';

/** Many programs, so that the hive has lists of lists. */
const programs = Array.from({ length: 700 }, (_, index) => `Program ${String(index).padStart(3, '0')}`);

const software = await makeHive(place('software'), {
  [NT]: {
    ProductName: 'Windows 10 Pro',
    CurrentBuildNumber: '22631',
    DisplayVersion: '23H2',
    CurrentVersion: '6.3',
    CurrentMajorVersionNumber: 10,
    CurrentMinorVersionNumber: 0,
  },
  ...Object.fromEntries(
    programs.map((name, index) => [`${UNINSTALL}\\{${index}}`, { DisplayName: name, DisplayVersion: '1.0' }]),
  ),
  [`${UNINSTALL}\\update`]: { SystemComponent: 1 },
  [`WOW6432Node\\${UNINSTALL}\\editor`]: { DisplayName: 'Éditeur 漢字', DisplayVersion: '2' },
});
const system = await makeHive(place('system'), {
  Select: { Current: 1, Default: 1 },
  [`${CONTROL}\\ComputerName\\ComputerName`]: { ComputerName: 'DESK-01' },
  [`${CONTROL}\\Session Manager\\Environment`]: { PROCESSOR_ARCHITECTURE: 'AMD64' },
  [`${CONTROL}\\TimeZoneInformation`]: { TimeZoneKeyName: 'W. Europe Standard Time' },
  'ControlSet001\\Services\\EventLog': { Type: 0x20, Start: 2 },
  'ControlSet001\\Services\\Spooler': { Type: 0x110, Start: 2 },
  'ControlSet001\\Services\\Manual': { Type: 0x10, Start: 3 },
  'ControlSet001\\Services\\disk': { Type: 1, Start: 0 },
});
const xp = await makeHive(place('xp'), {
  [NT]: {
    ProductName: 'Microsoft Windows XP',
    CurrentVersion: '5.1',
    CurrentBuildNumber: '2600',
    CSDVersion: 'Service Pack 3',
  },
  [`${UNINSTALL}\\player`]: { DisplayName: 'Player' },
});

const config = (
  folder: string,
  names: readonly [string, string],
  hives: readonly [Buffer, Buffer],
): Tree => ({
  [`${folder}/${names[0]}`]: hives[0],
  [`${folder}/${names[1]}`]: hives[1],
  'pagefile.sys': 'x',
});
const eleven = config('Windows/System32/config', ['SOFTWARE', 'SYSTEM'], [software, system]);

const found = {
  operating_system: {
    type: 'windows',
    product_name: 'Windows 11 Pro',
    version: '10.0.22631',
    codename: '23H2',
    hostname: 'DESK-01',
    arch: 'x86_64',
    timezone: 'W. Europe Standard Time',
  },
  packages: {
    count: programs.length + 1,
    manager: 'windows',
    packages: ['Éditeur 漢字', ...programs].sort(),
  },
  services: [{ name: 'EventLog' }, { name: 'Spooler' }],
  users: null,
};
const ACCOUNTS = 'The accounts of Windows are not read';

/** A disk: what makes it, and what its report has to contain. */
const cases: Readonly<
  Record<string, readonly [(path: string) => Promise<unknown>, Record<string, unknown>]>
> = {
  'Windows 11 behind a partition of its own for the boot loader': [
    async (path) => {
      await ntfs(place('reserved'), { 'Boot/BCD': 'x' }, { label: 'System Reserved' });
      await ntfs(place('c'), eleven, { label: 'Disk C' });
      await partitioned(path, 'dos', [place('reserved'), place('c')], { fields: ['type=7', 'type=7'] });
    },
    {
      ...found,
      filesystems: [
        { type: 'ntfs', label: 'System Reserved', mountpoint: null },
        { type: 'ntfs', label: 'Disk C', mountpoint: 'C:\\' },
      ],
      encrypted: false,
      notes: [ACCOUNTS],
    },
  ],
  'Windows XP, whose names are written in another way': [
    (path) => ntfs(path, config('WINDOWS/system32/config', ['software', 'system'], [xp, system])),
    {
      operating_system: {
        product_name: 'Microsoft Windows XP',
        version: '5.1.2600',
        codename: 'Service Pack 3',
        hostname: 'DESK-01',
      },
      packages: { count: 1, packages: ['Player'] },
      filesystems: [{ type: 'ntfs', mountpoint: 'C:\\' }],
      notes: [ACCOUNTS],
    },
  ],
  'a snapshot of a running Windows': [
    async (path) => {
      await ntfs(path, eleven);
      await markDirty(path);
    },
    {
      ...found,
      notes: [expect.stringMatching(/was not unmounted cleanly.* the state may be older/), ACCOUNTS],
    },
  ],
  'NTFS with data only': [
    (path) => ntfs(path, { 'photos/a.jpg': 'x' }, { label: 'Bücher' }),
    {
      operating_system: null,
      filesystems: [{ type: 'ntfs', label: 'Bücher', mountpoint: null }],
      notes: ['No operating system was found'],
    },
  ],
};

/** Sets the flag in the file $Volume that Windows sets while it has the volume mounted. */
async function markDirty(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    const boot = (await file.read(Buffer.alloc(512), 0, 512, 0)).buffer;
    const cluster = boot.readUInt16LE(11) * boot.readUInt8(13);
    const record = Number(boot.readBigUInt64LE(48)) * cluster + 3 * 1024;
    const { buffer } = await file.read(Buffer.alloc(1024), 0, 1024, record);
    // Version 3.1 without flags, in the attribute $VOLUME_INFORMATION.
    const version = buffer.indexOf(Buffer.from([3, 1, 0, 0]), buffer.indexOf(Buffer.from([0x70, 0, 0, 0])));
    await file.write(Buffer.from([1]), 0, 1, record + version + 2);
  } finally {
    await file.close();
  }
}

let reports: Readonly<Record<string, Probed | undefined>>;
beforeAll(async () => {
  reports = await probeCases({ engine, place }, cases, (path, [make]) => make(path));
}, 120_000);

test.each(Object.keys(cases))('%s', (name) => {
  expect(reports[name]).toMatchObject(cases[name]?.[1] ?? {});
});

describe('NTFS', () => {
  test('has the sizes that ntfsinfo states', async () => {
    const path = place(`case-${Object.keys(cases).indexOf('NTFS with data only')}`);
    const { stdout } = await promisify(execFile)('/usr/bin/ntfsinfo', ['-m', path]);
    const number = (name: string) => Number(new RegExp(`${name}: *(\\d+)`).exec(stdout)?.[1]);
    const [size, total, free] = ['Cluster Size', 'Volume Size in Clusters', 'Free Clusters'].map(number) as [
      number,
      number,
      number,
    ];
    expect(free).toBeGreaterThan(0);
    expect(reports['NTFS with data only']).toMatchObject({
      filesystems: [{ total: total * size, free: free * size }],
    });
  });
});
