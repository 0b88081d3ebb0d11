/** Package databases: chosen by the distribution, and compared with what the package managers themselves list. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { installedEngine } from '../../support/engines.ts';
import { guestBench } from '../../support/guests/bench.ts';
import { type Probed, probeCases } from '../../support/guests/probe.ts';
import { rpmDatabases } from '../../support/guests/rpm.ts';
import { dpkg } from '../../support/guests/systems.ts';
import { layDown, type Tree } from '../../support/guests/tree.ts';
import { ext4 } from '../../support/guests/volumes.ts';

const engine = await installedEngine('guestprobe');
const { place } = await guestBench();
const rpm = await rpmDatabases(place('rpm'));

const system = (release: string, files: Tree): Tree => ({
  'etc/os-release': release,
  'etc/passwd': 'root:x:0:0:root:/root:/bin/sh\n',
  ...files,
});

const states: Tree = {
  'var/lib/dpkg/status': [
    dpkg('bash', '5.2'),
    dpkg('held', '1.0', 'hold ok installed'),
    dpkg('removed', '1.0', 'deinstall ok config-files'),
    dpkg('broken', '1.0', 'install reinstreq half-installed'),
    dpkg('unpacked', '1.0', 'install ok unpacked'),
    dpkg('triggered', '1.0', 'install ok triggers-pending').replace(
      'Priority',
      'Triggers-Pending: ldconfig\nPriority',
    ),
  ].join('\n'),
};

const found = { count: 2, manager: 'rpm', details: rpm.packages };
const unknown = expect.stringMatching(/^The packages are unknown: /);

const cases: Readonly<Record<string, readonly [Tree, Record<string, unknown>]>> = {
  'Fedora (SQLite) with dpkg installed': [
    system('ID=fedora\n', { 'usr/lib/sysimage/rpm/rpmdb.sqlite': rpm.sqlite, 'var/lib/dpkg/status': '' }),
    { packages: found, notes: [] },
  ],
  'CentOS 7 (Berkeley DB)': [
    system('ID="centos"\nID_LIKE="rhel fedora"\n', { 'var/lib/rpm/Packages': rpm.bdb }),
    { packages: found, notes: [] },
  ],
  'openSUSE (ndb)': [
    system('ID="opensuse-leap"\nID_LIKE="suse opensuse"\n', { 'usr/lib/sysimage/rpm/Packages.db': rpm.ndb }),
    { packages: found, notes: [] },
  ],
  'Silverblue, behind links': [
    system('ID=fedora\n', {
      'usr/share/rpm/rpmdb.sqlite': rpm.sqlite,
      'var/lib/rpm': { link: '../../usr/share/rpm' },
    }),
    { packages: found, notes: [] },
  ],
  'Debian with rpm installed': [
    system('ID=debian\n', {
      'var/lib/rpm/rpmdb.sqlite': rpm.sqlite,
      'var/lib/dpkg/status': dpkg('rpm', '4.18'),
    }),
    { packages: { count: 1, manager: 'deb' }, notes: [] },
  ],
  'a distribution that is not known, by the larger database': [
    system('ID=homemade\n', {
      'var/lib/rpm/rpmdb.sqlite': rpm.sqlite,
      'var/lib/dpkg/status': dpkg('rpm', '4.18'),
    }),
    { packages: found, notes: [] },
  ],
  'a damaged database': [
    system('ID=fedora\n', { 'usr/lib/sysimage/rpm/rpmdb.sqlite': Buffer.alloc(8192, 1) }),
    { packages: { count: null, manager: null }, notes: expect.arrayContaining([unknown]) },
  ],
  'a truncated database of Berkeley DB': [
    system('ID=rhel\n', { 'var/lib/rpm/Packages': rpm.bdb.subarray(0, 8192) }),
    { packages: { count: null }, notes: expect.arrayContaining([unknown]) },
  ],
  'Ubuntu without a database': [
    system('ID=ubuntu\nID_LIKE=debian\n', { 'var/lib/pacman/local/x-1/desc': '%NAME%\nx\n\n%VERSION%\n1\n' }),
    { packages: { count: null, manager: null }, notes: [unknown] },
  ],
  'a system without any database': [
    system('ID=homemade\n', {}),
    { packages: { count: null, manager: null }, notes: [unknown] },
  ],
  'a database without packages': [
    system('ID=debian\n', { 'var/lib/dpkg/status': '' }),
    { packages: { count: 0, manager: 'deb' }, notes: ['/var/lib/dpkg/status lists no packages'] },
  ],
  Arch: [
    system('ID=arch\n', {
      'var/lib/pacman/local/ALPM_DB_VERSION': '9\n',
      'var/lib/pacman/local/bash-5.2-1/desc': '%NAME%\nbash\n\n%VERSION%\n5.2-1\n\n%ARCH%\nx86_64\n',
    }),
    {
      packages: {
        count: 1,
        manager: 'pacman',
        details: [{ name: 'bash', version: '5.2-1', arch: 'x86_64' }],
      },
      notes: [],
    },
  ],
  Gentoo: [
    system('ID=gentoo\n', {
      'var/db/pkg/app-shells/bash-5.2_p26-r1/PF': 'bash-5.2_p26-r1\n',
      'var/db/pkg/x11-libs/gtk+-3.24.41-r1/PF': 'gtk+-3.24.41-r1\n',
    }),
    {
      packages: {
        count: 2,
        manager: 'portage',
        details: [
          { name: 'app-shells/bash', version: '5.2_p26-r1' },
          { name: 'x11-libs/gtk+', version: '3.24.41-r1' },
        ],
      },
    },
  ],
  OpenWrt: [
    system('ID="openwrt"\nID_LIKE="lede openwrt"\n', {
      'usr/lib/opkg/status': dpkg('busybox', '1.36', 'install user installed'),
    }),
    { packages: { count: 1, manager: 'opkg' } },
  ],
  Void: [
    system('ID="void"\n', { 'var/db/xbps/pkgdb-0.38.plist': '<plist/>' }),
    { packages: { count: null, manager: 'xbps' }, notes: [unknown] },
  ],
  'files of a package that dpkg does not know': [
    system('ID=debian\n', { ...states, 'var/lib/dpkg/info/forgotten.list': '/.\n' }),
    {
      packages: { count: 3, manager: 'deb' },
      notes: [
        '/var/lib/dpkg/status does not have 1 packages whose files are listed in /var/lib/dpkg/info, such as forgotten',
      ],
    },
  ],
  'states of dpkg': [system('ID=debian\n', states), { notes: [] }],
};

let reports: Readonly<Record<string, Probed | undefined>>;

beforeAll(async () => {
  reports = await probeCases({ engine, place }, cases, (path, [tree]) => ext4(path, tree));
}, 120_000);

test.each(Object.keys(cases))('%s', (name) => {
  expect(reports[name]).toMatchObject(cases[name]?.[1] ?? {});
});

describe('compared with the package manager', () => {
  test('dpkg has the same packages in place', async () => {
    await layDown({ ...states, 'var/lib/dpkg/info/forgotten.list': '/.\n' }, place('states'));
    // Two fields of dpkg-query, which look like a template.
    const format = ['Package', 'db:Status-Status']
      .map((field) => `\${${field}}`)
      .join(' ')
      .concat('\n');
    const { stdout } = await promisify(execFile)('dpkg-query', [
      '--admindir',
      `${place('states')}/var/lib/dpkg`,
      '-W',
      '-f',
      format,
    ]);
    const installed = stdout.split('\n').filter((line) => / (installed|triggers-\w+)$/.test(line));
    for (const name of ['states of dpkg', 'files of a package that dpkg does not know'])
      expect(reports[name]).toMatchObject({
        packages: { packages: installed.map((line) => line.split(' ')[0]) },
      });
  });
});
