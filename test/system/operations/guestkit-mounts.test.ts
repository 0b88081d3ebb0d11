/** Which file systems of a disk belong to the system, and where it mounts them. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { installedEngine } from '../../support/engines.ts';
import { guestBench, ROOT_UUID } from '../../support/guests/bench.ts';
import { logical, partitioned, type TableKind, type TableOptions } from '../../support/guests/disks.ts';
import { type Probed, probe } from '../../support/guests/probe.ts';
import { debian } from '../../support/guests/systems.ts';
import { tool } from '../../support/guests/tools.ts';
import { splitTree, type Tree } from '../../support/guests/tree.ts';
import { ext4 } from '../../support/guests/volumes.ts';

const engine = await installedEngine('guestprobe');
const { place } = await guestBench();

const VAR_UUID = '22222222-2222-3333-4444-55555555555a';
const PART_UUID = 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee';
const [withoutVar, varTree] = splitTree(debian, 'var');
const varVolume = place('var');

/** Makes a disk with / and /var on volumes of their own. */
async function disk(
  name: string,
  fstab: string,
  kind: TableKind | 'lvm' = 'gpt',
  options: TableOptions = {},
): Promise<string> {
  const [root, path] = [place(`${name}.root`), place(`${name}.raw`)];
  await ext4(root, { ...withoutVar, 'etc/fstab': fstab }, { uuid: ROOT_UUID });
  if (kind === 'lvm') await logical(path, { root, var: varVolume });
  else await partitioned(path, kind, [root, varVolume], options);
  return path;
}

const gpt: TableOptions = { fields: ['name="root"', `name="var data", uuid=${PART_UUID}`] };
const dos: TableOptions = { head: ['label-id: 0x1234abcd'] };
/** Of the group and the volume, which are the second and the fourth that the metadata names. */
const lvmUuid = `LVM-aaaaa1${'a'.repeat(26)}aaaaa3${'a'.repeat(26)}`;

/** Lines of an fstab that mount the second volume at /var. */
const followed: readonly (readonly [string, (TableKind | 'lvm')?, TableOptions?])[] = [
  [`UUID=${VAR_UUID} /var ext4 defaults 0 2`],
  [`UUID="${VAR_UUID.toUpperCase()}" /var ext4 defaults 0 2`],
  [`\tUUID=${VAR_UUID}\t\t/var/\text4\t`],
  [`UUID=${VAR_UUID} /var auto rw,noatime`],
  ['LABEL=var\\040data /var ext4 defaults 0 2'],
  [`PARTUUID=${PART_UUID} /var ext4 defaults 0 2`],
  ['PARTLABEL=var\\040data /var ext4 defaults 0 2'],
  [`/dev/disk/by-uuid/${VAR_UUID} /var ext4 defaults 0 1`],
  ['/dev/disk/by-label/var\\x20data /var ext4 defaults 0 2'],
  [`/dev/disk/by-partuuid/${PART_UUID} /var ext4 defaults 0 2`],
  ['/dev/disk/by-partlabel/var\\x20data /var ext4 defaults 0 2'],
  ['/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_drive-scsi0-part2 /var ext4 defaults 0 2'],
  ['/dev/disk/by-path/pci-0000:00:10.0-scsi-0:0:0:0-part2 /var ext4 defaults 0 2'],
  ['ID=scsi-0QEMU_QEMU_HARDDISK_drive-scsi0-part2 /var ext4 defaults 0 2'],
  ['/dev/sda2 /var ext4 defaults 0 2'],
  ['/dev/nvme0n1p2 /var ext4 defaults 0 2'],
  ['/dev/vdb1 / ext4 defaults 0 1\n/dev/vdb2 /var ext4 defaults 0 2'],
  ['PARTUUID=1234abcd-02 /var ext4 defaults 0 2', 'dos', dos],
  ['/dev/disk/by-partuuid/1234ABCD-02 /var ext4 defaults 0 2', 'dos', dos],
  ['/dev/xvda2 /var ext4 defaults 0 2', 'dos', dos],
  ['/dev/mapper/vg--0-var /var ext4 defaults 0 2', 'lvm'],
  ['/dev/vg-0/var /var ext4 defaults 0 2', 'lvm'],
  ['/dev/disk/by-id/dm-name-vg--0-var /var ext4 defaults 0 2', 'lvm'],
  [`/dev/disk/by-id/dm-uuid-${lvmUuid} /var ext4 defaults 0 2`, 'lvm'],
  [`UUID=${VAR_UUID} /mnt/x ext4 defaults\n/mnt/x /var none bind`],
  [`UUID=${VAR_UUID} /srv ext4 noauto\nUUID=${VAR_UUID} /var ext4 defaults`],
];

/** Lines that name nothing in the image. */
const leftOut = [
  '/dev/sdb1 /var ext4 defaults 0 2',
  '/dev/mapper/crypt-var /var ext4 defaults 0 2',
  'UUID=99999999-2222-3333-4444-555555555555 /var ext4 defaults 0 2',
  'server:/export/var /var nfs4 defaults 0 0',
  'tank/var /var zfs defaults 0 0',
  '/dev/sda2 /var xfs defaults 0 2',
  '/nowhere /var none bind 0 0',
  `UUID=${VAR_UUID} /var ext4 X-mount.subdir=missing`,
];

/** A mount unit that is enabled, in place of a line in fstab. */
const mountUnit: Tree = {
  'etc/systemd/system/var.mount': `[Mount]\nWhat=/dev/disk/by-uuid/${VAR_UUID}\nWhere=/var\nType=ext4\n`,
  'etc/systemd/system/local-fs.target.wants/var.mount': { link: '../var.mount' },
};

let reports: ReadonlyMap<string, Probed>;

beforeAll(async () => {
  await ext4(varVolume, varTree, { label: 'var data', uuid: VAR_UUID });
  const disks = [
    ...followed.map(([fstab, kind, options = gpt], index) => disk(`followed-${index}`, fstab, kind, options)),
    ...leftOut.map((fstab, index) => disk(`left-out-${index}`, fstab, 'gpt', gpt)),
  ];
  await ext4(place('unit.root'), { ...withoutVar, ...mountUnit, 'etc/fstab': '' });
  await partitioned(place('unit.raw'), 'gpt', [place('unit.root'), varVolume]);
  const found = await probe(engine, [...(await Promise.all(disks)), place('unit.raw')]);
  reports = new Map(
    [...followed.map(([fstab]) => fstab), ...leftOut, 'unit'].map((fstab, index) => [
      fstab,
      found[index] as Probed,
    ]),
  );
}, 120_000);

test.each(followed.map(([fstab]) => fstab))('fstab mounts /var: %s', (fstab) => {
  expect(reports.get(fstab)).toMatchObject({ packages: { count: 3, manager: 'deb' }, notes: [] });
});

test('a mount unit of systemd mounts /var', () => {
  expect(reports.get('unit')).toMatchObject({ packages: { count: 3, manager: 'deb' }, notes: [] });
});

test.each(leftOut)('packages are unknown when /var is not in the image: %s', (fstab) => {
  expect(reports.get(fstab)).toMatchObject({
    operating_system: { distribution: 'debian' },
    packages: { count: null, manager: null },
    notes: [expect.stringMatching(/^\/var was not read: /), 'The packages are unknown: /var was not read'],
  });
});

describe('subvolumes and journals, as the kernel writes them', async () => {
  const folder = 'test/support/guests/mounted';
  const names = (await readdir(folder)).sort();
  const found = await probe(
    engine,
    names.map((name) => join(folder, name)),
  );
  const reportOf = (name: string) => found[names.indexOf(`${name}.qcow2`)];

  test('the system mounts its own subvolume, not a snapshot of it', () => {
    expect(reportOf('timeshift')).toMatchObject({
      operating_system: { hostname: 'now' },
      packages: { count: 5 },
      filesystems: [
        { mountpoint: null },
        { mountpoint: '/' },
        { mountpoint: '/var' },
        { mountpoint: '/home' },
      ],
      notes: [],
    });
  });

  test('the default subvolume is the system', () => {
    expect(reportOf('suse')).toMatchObject({
      operating_system: { hostname: 'second' },
      packages: { count: 4 },
      notes: [],
    });
  });

  test.each(['dirty-ext4', 'dirty-xfs', 'dirty-btrfs'])('%s: the state may be older', (name) => {
    expect(reportOf(name)).toMatchObject({
      packages: { count: 3 },
      notes: [expect.stringMatching(/was not unmounted cleanly.* the state may be older/)],
    });
  });

  test('packages are unknown if a directory of btrfs is damaged', async () => {
    const raw = place('damaged.raw');
    await tool('qemu-img', ['convert', '-O', 'raw', join(folder, 'suse.qcow2'), raw]);
    const bytes = await readFile(raw);
    // Both copies of the metadata.
    for (let at = bytes.indexOf('dpkg'); at >= 0; at = bytes.indexOf('dpkg', at)) bytes.write('dpkh', at);
    await writeFile(raw, bytes);
    const [report] = await probe(engine, [raw]);
    expect(report).toMatchObject({
      operating_system: { hostname: 'second' },
      packages: { count: null, manager: null },
      notes: expect.arrayContaining([
        expect.stringMatching(/could not be read/),
        expect.stringMatching(/^The packages are unknown/),
      ]),
    });
  });

  test('an unmounted xfs is clean', () => {
    expect(reportOf('clean-xfs')).toMatchObject({ packages: { count: 3 }, notes: [] });
  });
});
