import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { guestkitInspect } from '../../../operations/guestkit-inspect/index.ts';
import { operationContract } from '../../contracts/operation.ts';
import { installedEngine } from '../../support/engines.ts';
import { type DiskName, guestBench, type ImageKind, ROOT_UUID } from '../../support/guests/bench.ts';
import { fat } from '../../support/guests/volumes.ts';
import { runOperation } from '../../support/run-operation.ts';

const engines = { guestprobe: await installedEngine('guestprobe') };
const bench = await guestBench();

const inspect = async (name: DiskName, kind: ImageKind, params: Record<string, unknown> = {}) => {
  const assets = [{ name: `${name}.${kind}`, bytes: await bench.bytes(name, kind) }];
  return (await runOperation(guestkitInspect, { params, assets, engines })).data;
};

operationContract(guestkitInspect, {
  title: 'a disk of Debian',
  params: { format: 'qcow2' },
  assets: [{ name: 'web.qcow2', bytes: await bench.bytes('debian-gpt', 'qcow2') }],
  unusable: { name: 'notes.qcow2', bytes: 'These are no disks' },
  engines,
});

describe('a system of Debian', () => {
  test('is reported with its packages, services, users, partitions and file systems', async () => {
    expect(await inspect('debian-gpt', 'qcow2')).toEqual({
      version: '1.0',
      image: {
        path: 'debian-gpt.qcow2',
        format: 'qcow2',
        virtual_size: 18 * 2 ** 20,
        file_size: (await bench.bytes('debian-gpt', 'qcow2')).length,
      },
      operating_system: {
        type: 'linux',
        distribution: 'debian',
        product_name: 'Debian GNU/Linux 12 (bookworm)',
        version: '12',
        codename: 'bookworm',
        hostname: 'web-01.example.test',
        arch: 'x86_64',
        timezone: 'Europe/Warsaw',
      },
      packages: {
        count: 3,
        manager: 'deb',
        packages: ['bash', 'nginx', 'openssh-server'],
        details: [
          { name: 'bash', version: '5.2.15-2+b7', arch: 'amd64' },
          { name: 'nginx', version: '1.22.1-9', arch: 'amd64' },
          { name: 'openssh-server', version: '1:9.2p1-2', arch: 'amd64' },
        ],
      },
      services: [
        { name: 'cron.service', state: 'enabled', manager: 'systemd', wanted_by: ['multi-user.target'] },
        { name: 'ssh.service', state: 'enabled', manager: 'systemd', wanted_by: ['multi-user.target'] },
        { name: 'ssh.socket', state: 'enabled', manager: 'systemd', wanted_by: ['sockets.target'] },
        {
          name: 'systemd-tmpfiles-setup.service',
          state: 'static',
          manager: 'systemd',
          wanted_by: ['sysinit.target'],
        },
      ],
      users: [
        { name: 'root', uid: 0, gid: 0, home: '/root', shell: '/bin/bash' },
        { name: 'daemon', uid: 1, gid: 1, home: '/usr/sbin', shell: '/usr/sbin/nologin' },
        { name: 'alice', uid: 1000, gid: 1000, home: '/home/alice', shell: '/bin/bash' },
        { name: 'bob', uid: 1001, gid: 1001, home: '/home/bob', shell: '/bin/sh' },
      ],
      partitions: [
        { name: null, offset: 2 ** 20, size: 8 * 2 ** 20, contents: 'ext4' },
        { name: null, offset: 9 * 2 ** 20, size: 8 * 2 ** 20, contents: 'ext4' },
      ],
      filesystems: [
        expect.objectContaining({ type: 'ext4', label: 'root', uuid: ROOT_UUID, mountpoint: '/' }),
        expect.objectContaining({ type: 'ext4', label: 'data', mountpoint: '/srv', total: 8 * 2 ** 20 }),
      ],
      encrypted: false,
      notes: [],
    });
  });

  test('is reported without the lists that parameters turn off', async () => {
    const brief = await inspect('debian-gpt', 'qcow2', { include_packages: false, include_services: false });
    expect(brief).toMatchObject({ packages: { count: 3, manager: 'deb' } });
    expect(brief).not.toHaveProperty('packages.packages');
    expect(brief).not.toHaveProperty('packages.details');
    expect(brief).not.toHaveProperty('services');
  });
});

test('reports a system of Alpine', async () => {
  expect(await inspect('alpine-dos', 'raw', { format: 'raw' })).toMatchObject({
    image: { path: 'alpine-dos.raw', format: 'raw' },
    operating_system: {
      type: 'linux',
      distribution: 'alpine',
      product_name: 'Alpine Linux v3.20',
      version: '3.20.3',
      hostname: 'edge',
      arch: 'aarch64',
    },
    packages: {
      count: 2,
      manager: 'apk',
      details: [
        { name: 'busybox', version: '1.36.1-r29', arch: 'aarch64' },
        { name: 'musl', version: '1.2.5-r0', arch: 'aarch64' },
      ],
    },
    services: [
      { name: 'crond', state: 'enabled', manager: 'openrc', wanted_by: ['default'] },
      { name: 'networking', state: 'enabled', manager: 'openrc', wanted_by: ['boot'] },
      { name: 'sshd', state: 'enabled', manager: 'openrc', wanted_by: ['default'] },
    ],
    notes: [],
  });
});

describe('images of all formats give the same report', async () => {
  const { image: _, ...expected } = (await inspect('alpine-dos', 'raw')) as Record<string, unknown>;
  const kinds = [
    ...(['qcow2', 'qcow2-zstd', 'vmdk', 'vmdk-stream', 'vdi', 'vdi-static'] as const),
    ...(['vhdx', 'vhdx-fixed', 'vhd', 'vhd-fixed'] as const),
  ];

  test.each(kinds)('%s', async (kind) => {
    const format = kind.split('-')[0];
    const { image, ...found } = (await inspect('alpine-dos', kind, { format })) as Record<string, unknown>;
    expect(found).toEqual(expected);
    expect(image).toMatchObject({ format });
  });
});

describe('other layouts', () => {
  test('mounts logical volumes by their names', async () => {
    expect(await inspect('debian-lvm', 'qcow2')).toMatchObject({
      operating_system: { hostname: 'web-01.example.test' },
      packages: { count: 3 },
      filesystems: [
        { type: 'ext4', label: 'root', volume: 'vg--0-root', mountpoint: '/' },
        { type: 'ext4', label: 'data', volume: 'vg--0-srv--data', mountpoint: '/srv' },
      ],
      notes: [],
    });
  });

  test('xfs', async () => {
    expect(await inspect('alpine-xfs', 'qcow2')).toMatchObject({
      operating_system: { distribution: 'alpine', arch: 'aarch64' },
      packages: { count: 2 },
      filesystems: [{ type: 'xfs', label: 'root', mountpoint: '/' }],
      notes: [],
    });
  });

  test('btrfs with nested directories', async () => {
    expect(await inspect('debian-btrfs', 'qcow2')).toMatchObject({
      operating_system: { distribution: 'debian', arch: 'x86_64' },
      packages: { count: 3 },
      services: [{ name: 'cron.service' }, {}, {}, {}],
      filesystems: [{ type: 'btrfs', label: 'root', mountpoint: '/' }],
      notes: [expect.stringMatching(/^\/srv was not read: LABEL=data was not found/)],
    });
  });

  test('a file system without a partition table', async () => {
    expect(await inspect('alpine-bare', 'raw')).toMatchObject({
      operating_system: { distribution: 'alpine' },
      filesystems: [{ type: 'ext4', mountpoint: '/' }],
    });
  });

  test('reports a disk without an operating system', async () => {
    const path = bench.place('plain');
    await fat(path, { 'readme.txt': 'Nothing starts from here' }, { label: 'BACKUP' });
    const assets = [{ name: 'stick.img', bytes: await readFile(path) }];
    const { data } = await runOperation(guestkitInspect, { assets, engines });
    expect(data).toMatchObject({
      operating_system: null,
      filesystems: [{ type: 'vfat', label: 'BACKUP', mountpoint: null }],
      notes: ['No operating system was found'],
    });
    expect(data).not.toHaveProperty('packages');
  });
});
