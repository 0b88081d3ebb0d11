/** Disks and systems that are laid out in unusual ways, and features that are not read. */
import { execFile } from 'node:child_process';
import { open, readFile, truncate, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { installedEngine } from '../../support/engines.ts';
import { guestBench, ROOT_UUID } from '../../support/guests/bench.ts';
import { beside, debian, patched } from '../../support/guests/beside.ts';
import { logical, partitioned } from '../../support/guests/disks.ts';
import { type Probed, probeCases } from '../../support/guests/probe.ts';
import * as systems from '../../support/guests/systems.ts';
import { makeHybrid } from '../../support/guests/tables.ts';
import { thin } from '../../support/guests/thin.ts';
import { tool } from '../../support/guests/tools.ts';
import { splitTree, type Tree } from '../../support/guests/tree.ts';
import { btrfs, ext4, type VolumeOptions } from '../../support/guests/volumes.ts';

const engine = await installedEngine('guestprobe');
const { place } = await guestBench();

const MIB = 2 ** 20;
const LVM_VAR = '/dev/vg-0/var /var ext4 defaults 0 2\n';
const [withoutUsr, usr] = splitTree(debian, 'usr');
const [withoutVar, varTree] = splitTree(debian, 'var');
const known = { operating_system: { distribution: 'debian' }, packages: { count: 3, manager: 'deb' } };

/** Makes a volume, and returns its path. */
async function volume(name: string, tree: Tree, options: VolumeOptions = {}): Promise<string> {
  await ext4(place(name), tree, options);
  return place(name);
}

/** Makes a disk that is one ext4 file system with features of mke2fs. */
const featured =
  (...args: string[]) =>
  (path: string) =>
    ext4(path, debian, { uuid: ROOT_UUID, args });

/** Blocks of ZFS' first label that blkid looks for. */
const uberblocks = Array.from(
  { length: 16 },
  (_, index) => [0x20000 + index * 1024, Buffer.from('0cb1ba0000000000', 'hex')] as const,
);

/** A disk: what makes it, and what its report has to contain. */
const cases: Readonly<
  Record<string, readonly [(path: string) => Promise<unknown>, Record<string, unknown>]>
> = {
  'ext4 with inline_data': [featured('-O', 'inline_data'), { ...known, notes: [] }],
  'ext4 with inline_data in large inodes': [
    featured('-O', 'inline_data', '-I', '1024'),
    { ...known, notes: [] },
  ],
  'ext4 with casefold and verity': [
    featured('-O', 'casefold,verity', '-E', 'encoding=utf8,root_owner=0:0'),
    { ...known, notes: [] },
  ],
  'ext4 with encrypt': [
    featured('-O', 'encrypt'),
    { ...known, notes: [expect.stringMatching(/may have encrypted folders/)] },
  ],
  ext3: [featured('-t', 'ext3'), { ...known, filesystems: [{ type: 'ext3' }], notes: [] }],
  ext2: [featured('-t', 'ext2', '-I', '128'), { ...known, filesystems: [{ type: 'ext2' }], notes: [] }],
  'ext4 with bigalloc': [
    featured('-O', 'bigalloc', '-C', '16384'),
    {
      code: 'image_no_filesystem',
      message: expect.stringMatching(/the disk was not read: it uses bigalloc/),
    },
  ],
  'ext4 with meta_bg': [
    featured('-O', 'meta_bg,^resize_inode'),
    { code: 'image_no_filesystem', message: expect.stringMatching(/it uses meta_bg/) },
  ],
  'a hybrid MBR': [
    async (path) => {
      await partitioned(path, 'gpt', [await volume('hybrid', debian)]);
      await makeHybrid(path);
    },
    { ...known, partitions: [{ contents: 'ext4' }], filesystems: [{ mountpoint: '/' }], notes: [] },
  ],
  'logical partitions': [
    async (path) => {
      const root = await volume('logical', {
        ...withoutVar,
        'etc/fstab': 'PARTUUID=0badcafe-05 /var ext4\n',
      });
      const extended = await volume('logical-var', varTree);
      await partitioned(path, 'dos', [root, extended], {
        head: ['label-id: 0x0badcafe'],
        fields: ['type=83', 'type=5'],
      });
      // The table of the logical partition is in the first sector of the extended one. The file system follows it.
      const table = Buffer.alloc(512);
      table.writeUInt8(0x83, 450);
      table.writeUInt32LE(1, 454);
      table.writeUInt32LE((8 * MIB) / 512, 458);
      table.writeUInt16LE(0xaa55, 510);
      const file = await open(path, 'r+');
      await file.write(Buffer.concat([table, await readFile(extended)]), 0, null, 9 * MIB);
      await file.close();
    },
    { ...known, filesystems: [{ mountpoint: '/' }, { mountpoint: '/var' }], notes: [] },
  ],
  'a qcow2 image with extended L2 entries': [
    async (path) => {
      const raw = await volume('subclusters', debian);
      await tool('qemu-img', [
        'convert',
        '-f',
        'raw',
        '-O',
        'qcow2',
        '-o',
        'extended_l2=on,cluster_size=128k',
        raw,
        path,
      ]);
    },
    { code: 'image_unsupported', message: expect.stringMatching(/extended L2 entries.*qemu-img convert/) },
  ],
  swap: [
    beside((path) => tool('mkswap', [path])),
    { ...known, partitions: [{}, { contents: 'swap' }], notes: [] },
  ],
  'an encrypted partition': [
    beside((path) =>
      tool('qemu-img', [
        'create',
        '-q',
        '-f',
        'luks',
        '--object',
        'secret,id=s,data=x',
        '-o',
        'key-secret=s,iter-time=10',
        path,
        '4M',
      ]),
    ),
    { ...known, encrypted: true, notes: [expect.stringMatching(/crypto_LUKS/)] },
  ],
  'a ZFS pool': [
    patched(...uberblocks),
    { ...known, partitions: [{}, { contents: 'zfs_member' }], notes: [expect.stringMatching(/zfs_member/)] },
  ],
  reiserfs: [
    patched([0x10034, Buffer.from('ReIsEr2Fs\0')]),
    { ...known, partitions: [{}, { contents: 'reiserfs' }] },
  ],
  erofs: [
    patched([1024, Buffer.from('e2e1f5e0', 'hex')]),
    { ...known, partitions: [{}, { contents: 'erofs' }] },
  ],
  'a logical volume of a type that is not read': [
    async (path) => {
      const root = await volume('lv-root', { ...withoutVar, 'etc/fstab': LVM_VAR });
      await logical(path, { root, var: await volume('lv-var', varTree) }, { var: 'type = "error"' });
    },
    {
      packages: { count: null },
      notes: [
        expect.stringMatching(/vg--0-var was not read: it is of type error/),
        expect.stringMatching(/^\/var was not read/),
        expect.anything(),
      ],
    },
  ],
  'a thinly provisioned logical volume': [
    async (path) => thin(path, await volume('thin', { ...debian, 'etc/fstab': '/dev/vg-0/root / ext4\n' })),
    { ...known, filesystems: [{ volume: 'vg--0-root', mountpoint: '/' }], encrypted: false, notes: [] },
  ],
  'a thin snapshot of a volume outside of its pool': [
    async (path) => thin(path, await volume('thin-external', debian), 'external_origin = "base"'),
    { code: 'image_no_filesystem', message: expect.stringMatching(/LVM2_member/) },
  ],
  'a striped logical volume': [
    async (path) => {
      const root = await volume('st-root', { ...withoutVar, 'etc/fstab': LVM_VAR });
      const segment =
        'type = "striped"\nstripe_count = 2\nstripe_size = 128\nstripes = [\n"pv0", 8,\n"pv0", 12\n]';
      await logical(path, { root, var: await volume('st-var', varTree) }, { var: segment });
    },
    {
      packages: { count: null },
      notes: [expect.stringMatching(/it is striped over 2/), expect.anything(), expect.anything()],
    },
  ],
  'one of two devices of btrfs': [
    async (path) => {
      await btrfs(`${path}.one`, debian);
      await writeFile(`${path}.two`, '');
      await truncate(`${path}.two`, 128 * MIB);
      await tool('mkfs.btrfs', ['-q', '-f', '-m', 'raid1', '-d', 'raid1', `${path}.one`, `${path}.two`]);
      await tool('cp', [`${path}.one`, path]);
    },
    { code: 'image_no_filesystem', message: expect.stringMatching(/1 of its 2 devices/) },
  ],
  '/usr on a partition of its own': [
    async (path) => {
      const root = await volume('su-root', {
        ...withoutUsr,
        'etc/fstab': 'PARTLABEL=usr /usr ext4 ro 0 0\n',
        'etc/debian_version': '12.1\n',
      });
      await partitioned(path, 'gpt', [root, await volume('su-usr', usr)], {
        fields: ['name="root"', 'name="usr"'],
      });
    },
    { ...known, services: [{}, {}, {}, {}], notes: [] },
  ],
  '/usr that is not in the image': [
    (path) =>
      ext4(path, {
        ...withoutUsr,
        'etc/fstab': '/dev/sdb1 /usr ext4 ro 0 0\n',
        'etc/debian_version': '12.1\n',
      }),
    {
      packages: { count: 3 },
      services: null,
      notes: expect.arrayContaining(['The services are unknown: /usr was not read']),
    },
  ],
  '/var by the type of its partition': [
    async (path) => {
      const types = [
        'type=4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709',
        'type=4D21B016-B534-45C2-A9FB-5C16E091FD2D',
      ];
      const root = Object.fromEntries(Object.entries(withoutVar).filter(([name]) => name !== 'var/.keep'));
      await partitioned(path, 'gpt', [await volume('dp-root', root), await volume('dp-var', varTree)], {
        fields: types,
      });
    },
    { ...known, filesystems: [{ mountpoint: '/' }, { mountpoint: '/var' }] },
  ],
  NixOS: [
    (path) => ext4(path, systems.nixos),
    {
      operating_system: { type: 'linux', distribution: 'nixos', version: '24.05' },
      packages: { count: null, manager: 'nix' },
      users: null,
      notes: [expect.stringMatching(/packages are unknown/), expect.stringMatching(/users are unknown/)],
    },
  ],
  Silverblue: [
    async (path) =>
      partitioned(path, 'gpt', [
        await volume('sb-boot', systems.silverblueBoot),
        await volume('sb', systems.silverblue),
      ]),
    {
      operating_system: { distribution: 'fedora', version: '42', hostname: 'new' },
      users: [{ name: 'root' }, { name: 'chrony' }],
      packages: { count: null },
    },
  ],
  Flatcar: [
    async (path) => {
      const type = 'type=5DFBF5F4-2848-4BAC-AA5E-0D9A20B745A6';
      await partitioned(
        path,
        'gpt',
        [
          await volume('fc-a', systems.flatcarUsr('1')),
          await volume('fc-b', systems.flatcarUsr('2')),
          await volume('fc-root', { 'etc/hostname': 'node-1\n' }, { label: 'ROOT' }),
        ],
        { fields: [`${type}, attrs="GUID:48"`, `${type}, attrs="GUID:49"`, 'type=L'] },
      );
    },
    {
      operating_system: { distribution: 'flatcar', version: '2', hostname: 'node-1' },
      users: [{ name: 'root' }, { name: 'core' }],
      packages: { count: null, manager: null },
      filesystems: [{ mountpoint: null }, { mountpoint: '/usr' }, { mountpoint: '/' }],
    },
  ],
  'two systems': [
    async (path) =>
      partitioned(path, 'gpt', [await volume('two-a', debian), await volume('two-b', systems.alpine)]),
    { ...known, notes: ['There are several systems on the disk; the first of them is described'] },
  ],
};

let reports: Readonly<Record<string, Probed | undefined>>;

beforeAll(async () => {
  reports = await probeCases({ engine, place }, cases, (path, [make]) => make(path));
}, 120_000);

test.each(Object.keys(cases))('%s', (name) => {
  expect(reports[name]).toMatchObject(cases[name]?.[1] ?? {});
});

describe('contents are named as blkid names them', () => {
  test.each(['swap', 'an encrypted partition', 'erofs'])('%s', async (name) => {
    const path = `${place(`case-${Object.keys(cases).indexOf(name)}`)}.other`;
    const { stdout } = await promisify(execFile)('/sbin/blkid', ['-p', '-o', 'value', '-s', 'TYPE', path]);
    expect(reports[name]).toMatchObject({ partitions: [{}, { contents: stdout.trim() }] });
  });
});
