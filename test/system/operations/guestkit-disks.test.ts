/** Partition tables and disks that are damaged, cut off, or have sectors of 4096 bytes. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { open, truncate, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { installedEngine } from '../../support/engines.ts';
import { guestBench, ROOT_UUID } from '../../support/guests/bench.ts';
import { beside, debian, patched } from '../../support/guests/beside.ts';
import { noted } from '../../support/guests/damage.ts';
import { partitioned } from '../../support/guests/disks.ts';
import { type Probed, probeCases } from '../../support/guests/probe.ts';
import { data } from '../../support/guests/systems.ts';
import { withLargeSectors } from '../../support/guests/tables.ts';
import { splitTree, type Tree } from '../../support/guests/tree.ts';
import { ext4 } from '../../support/guests/volumes.ts';

const engine = await installedEngine('guestprobe');
const { place } = await guestBench();

const MIB = 2 ** 20;
const [withoutVar, varTree] = splitTree(debian, 'var');
const known = { operating_system: { distribution: 'debian' }, packages: { count: 3, manager: 'deb' } };

/** Makes a volume, and returns its path. */
async function volume(name: string, tree: Tree): Promise<string> {
  await ext4(place(name), tree);
  return place(name);
}

/** Makes a disk with Debian and a second partition, and overwrites a part of it. */
const overwritten = (offset: number, bytes: Buffer) => async (path: string) => {
  await beside(async () => undefined)(path);
  const file = await open(path, 'r+');
  await file.write(bytes, 0, bytes.length, offset);
  await file.close();
};

/** Version 1.0, 8 KiB before the end of a member of 8 MiB: the first of two disks of RAID 0. */
function raidSuperblock(): Buffer {
  const block = Buffer.alloc(4096);
  for (const [at, value] of [
    [0, 0xa92b4efc],
    [4, 1],
    [72, 0],
    [92, 2],
    [144, (8 * MIB - 8192) / 512],
  ] as const) {
    block.writeUInt32LE(value, at);
  }
  return block;
}

/** A disk: what makes it, and what its report has to contain. */
const cases: Readonly<
  Record<string, readonly [(path: string) => Promise<unknown>, Record<string, unknown>]>
> = {
  'GPT with sectors of 4096 bytes': [
    async (path) => {
      const [root, other] = [await volume('large', debian), await volume('large-2', data)];
      await withLargeSectors(path, 'gpt', [root, other]);
    },
    { ...known, partitions: [{ offset: MIB, size: 8 * MIB }, { offset: 10 * MIB }], notes: [] },
  ],
  'MBR with sectors of 4096 bytes': [
    async (path) => {
      const root = await volume('large-dos', { ...withoutVar, 'etc/fstab': '/dev/sda5 /var ext4\n' });
      await withLargeSectors(path, 'dos', [root, await volume('large-dos-var', varTree)]);
    },
    {
      ...known,
      partitions: [
        { offset: MIB, size: 8 * MIB },
        { offset: 10 * MIB, size: 8 * MIB },
      ],
      filesystems: [{ mountpoint: '/' }, { mountpoint: '/var' }],
      notes: [],
    },
  ],
  'GPT without its header': [
    overwritten(512, Buffer.alloc(512)),
    { code: 'image_no_filesystem', message: expect.stringMatching(/GPT of the disk is missing or damaged/) },
  ],
  'GPT with an entry that was overwritten': [
    overwritten(1024 + 128, Buffer.alloc(128)),
    {
      ...known,
      partitions: [{ contents: 'ext4' }],
      encrypted: null,
      notes: [expect.stringMatching(/checksum/)],
    },
  ],
  'a disk that is cut off': [
    async (path) => {
      await beside(async () => undefined)(path);
      await truncate(path, 14 * MIB);
    },
    { ...known, notes: [expect.stringMatching(/reaches beyond the end of the disk/)] },
  ],
  'a file system that is cut off': [
    async (path) => {
      await ext4(path, debian, { uuid: ROOT_UUID });
      await truncate(path, 6 * MIB);
    },
    { notes: expect.arrayContaining([expect.stringMatching(/larger than its volume/)]) },
  ],
  'a partition with unknown contents': [
    patched([0, randomBytes(MIB)]),
    {
      ...known,
      partitions: [{}, { contents: null }],
      encrypted: null,
      notes: [expect.stringMatching(/contents of .* were not recognized/)],
    },
  ],
  'a boot loader in a partition of its own': [
    async (path) => {
      const loader = `${path}.loader`;
      await writeFile(loader, randomBytes(MIB));
      const types = ['type=21686148-6449-6E6F-744E-656564454649', 'type=L'];
      await partitioned(path, 'gpt', [loader, await volume('loader-root', debian)], { fields: types });
    },
    { ...known, encrypted: false, notes: [] },
  ],
  'an encrypted partition without its first header': [
    patched([0x4000, Buffer.from('SKUL\xba\xbe', 'latin1')]),
    { ...known, encrypted: true, notes: [expect.stringMatching(/crypto_LUKS/)] },
  ],
  'one of two disks of a RAID array': [
    beside(async (path) => {
      await ext4(path, debian);
      const file = await open(path, 'r+');
      await file.write(raidSuperblock(), 0, null, 8 * MIB - 8192);
      await file.close();
    }),
    {
      ...known,
      partitions: [{}, { contents: 'linux_raid_member' }],
      filesystems: [{ mountpoint: '/' }],
      encrypted: null,
      notes: noted('A RAID array on'),
    },
  ],
};

let reports: Readonly<Record<string, Probed | undefined>>;

beforeAll(async () => {
  reports = await probeCases({ engine, place }, cases, (path, [make]) => make(path));
}, 120_000);

test.each(Object.keys(cases))('%s', (name) => {
  expect(reports[name]).toMatchObject(cases[name]?.[1] ?? {});
});

test('blkid recognizes the member of the array too', async () => {
  const index = Object.keys(cases).indexOf('one of two disks of a RAID array');
  const args = ['-p', '-o', 'value', '-s', 'TYPE', `${place(`case-${index}`)}.other`];
  const { stdout } = await promisify(execFile)('/sbin/blkid', args);
  expect(stdout.trim()).toBe('linux_raid_member');
});
