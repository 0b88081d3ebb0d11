/** Single facts of a report: time zone, services, administrators, the SSH server, versions of Windows. */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { installedEngine } from '../../support/engines.ts';
import { guestBench } from '../../support/guests/bench.ts';
import { type Probed, probe } from '../../support/guests/probe.ts';
import { hive, type Key } from '../../support/guests/registry.ts';
import { debian } from '../../support/guests/systems.ts';
import { thin } from '../../support/guests/thin.ts';
import { bootRecord, layDown, type Tree } from '../../support/guests/tree.ts';
import { ext4, fat } from '../../support/guests/volumes.ts';

const engine = await installedEngine('guestprobe');
const { place } = await guestBench();

const link = (target: string) => ({ link: target });
const unit = (text = '[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\n') => text;

const units: Tree = {
  'etc/os-release': 'ID=debian\n',
  'usr/lib/systemd/system/present.service': unit(),
  'usr/lib/systemd/system/getty@.service': unit(),
  'usr/lib/systemd/system/masked.service': unit(),
  'usr/lib/systemd/system/static.service': '[Service]\nExecStart=/bin/true\n',
  'usr/lib/systemd/system/sysinit.target.wants/static.service': link('../static.service'),
  'etc/systemd/system/own.timer': '[Timer]\nOnCalendar=daily\n[Install]\nWantedBy=timers.target\n',
  'etc/systemd/system/masked.service': link('/dev/null'),
  'etc/systemd/system/multi-user.target.wants/present.service': link(
    '/usr/lib/systemd/system/present.service',
  ),
  'etc/systemd/system/multi-user.target.wants/gone.service': link('/usr/lib/systemd/system/gone.service'),
  'etc/systemd/system/multi-user.target.wants/masked.service': link('/usr/lib/systemd/system/masked.service'),
  'etc/systemd/system/getty.target.wants/getty@tty1.service': link('/usr/lib/systemd/system/getty@.service'),
  'etc/systemd/system/timers.target.wants/own.timer': link('/etc/systemd/system/own.timer'),
};

const windows = (version: Key): [Tree, (path: string, tree: Tree) => Promise<void>] => [
  {
    'Windows/System32/config/SOFTWARE': hive({
      Microsoft: {
        'Windows NT': { CurrentVersion: version },
        Windows: {
          CurrentVersion: { Uninstall: { '{1}': { DisplayName: 'Editor', DisplayVersion: '1.2' } } },
        },
      },
    }),
    'Windows/System32/config/SYSTEM': hive({
      Select: { Current: 2 },
      ControlSet002: {
        Control: {
          ComputerName: { ComputerName: { ComputerName: 'DESK' } },
          'Session Manager': { Environment: { PROCESSOR_ARCHITECTURE: 'AMD64' } },
          TimeZoneInformation: { TimeZoneKeyName: 'UTC' },
        },
        Services: { EventLog: { Type: 32, Start: 2 }, Disk: { Type: 1, Start: 0 } },
      },
    }),
  },
  fat,
];
const ten = { CurrentMajorVersionNumber: 10, CurrentMinorVersionNumber: 0, CurrentVersion: '6.3' };

/** Fills what becomes a hole. */
const FILLER = 0x2a;

/** Makes a thinly provisioned volume that lacks the blocks of the filler, as after `fstrim`. */
async function thinWithHoles(path: string, tree: Tree): Promise<void> {
  await ext4(`${path}.volume`, tree);
  const bytes = await readFile(`${path}.volume`);
  const block = Buffer.alloc(4096, FILLER);
  bytes.fill(0, bytes.indexOf(block), bytes.lastIndexOf(block) + block.length);
  await writeFile(`${path}.volume`, bytes);
  await thin(path, `${path}.volume`);
}

/** A tree and what its profile has to contain; in place of ext4, a function that makes the file system. */
const cases: Readonly<
  Record<string, readonly [Tree, Record<string, unknown>, ((path: string, tree: Tree) => Promise<void>)?]>
> = {
  'time zone by the link': [
    { ...debian, 'etc/localtime': link('/usr/share/zoneinfo/Europe/Berlin') },
    { operating_system: { timezone: 'Europe/Berlin' } },
  ],
  'time zone by a relative link': [
    { ...debian, 'etc/localtime': link('../usr/share/zoneinfo/America/Argentina/Ushuaia') },
    { operating_system: { timezone: 'America/Argentina/Ushuaia' } },
  ],
  'time zone of Red Hat 6': [
    {
      'etc/redhat-release': 'CentOS release 6.10 (Final)\n',
      'etc/localtime': 'TZif2',
      'etc/sysconfig/clock': 'ZONE="Asia/Tokyo"\n',
      'etc/sysconfig/network': 'NETWORKING=yes\nHOSTNAME=old\n',
    },
    {
      operating_system: { distribution: 'centos', timezone: 'Asia/Tokyo', version: '6.10', hostname: 'old' },
    },
  ],
  'a file of the time zone without a name': [
    { 'etc/os-release': 'ID=fedora\n', 'etc/localtime': 'TZif2' },
    { operating_system: { timezone: null } },
  ],
  'services of SysV init': [
    {
      'etc/redhat-release': 'CentOS release 6.10 (Final)\n',
      'etc/init.d/sshd': '#!/bin/sh\n',
      'etc/rc3.d/S55sshd': link('../init.d/sshd'),
      'etc/rc3.d/K10old': link('../init.d/sshd'),
      'etc/rc3.d/S99gone': link('../init.d/gone'),
    },
    { services: ['sshd'] },
  ],
  'services of an init that is not read': [
    { 'etc/os-release': 'ID=void\n', 'sbin/init': 'runit' },
    { services: null, notes: expect.arrayContaining([expect.stringMatching(/^The services are unknown/)]) },
  ],
  'administrators of sudoers.d': [
    {
      ...debian,
      'etc/sudoers':
        'Defaults env_reset\nroot ALL=(ALL:ALL) ALL\n%sudo ALL=(ALL:ALL) ALL\nUser_Alias OPS = bob, \\\n  carol\nOPS ALL = /bin/systemctl\n@includedir /etc/sudoers.d\n',
      'etc/sudoers.d/90-cloud': '# cloud-init\nubuntu ALL=(ALL) NOPASSWD:ALL\n%ops host = (root) ALL\n',
      'etc/sudoers.d/old.bak': 'mallory ALL=(ALL) ALL\n',
      'etc/group': 'root:x:0:\nsudo:x:27:alice\nops:x:1001:dave\n',
    },
    { administrators: ['alice', 'bob', 'carol', 'dave', 'ubuntu'] },
  ],
  'administrators by number, by negation, and in included files': [
    {
      ...debian,
      'etc/fstab': '',
      'etc/sudoers': [
        '#1000 ALL=(ALL) ALL # by number',
        '%#27 ALL=(ALL) ALL',
        'User_Alias STAFF = carol, dave, %ops, !erin : TRAINEES = frank',
        'User_Alias ALLSTAFF = STAFF, TRAINEES, !dave',
        'ALLSTAFF web1, web2 = (ALL) ALL',
        'grace, "heidi smith" db1 = /bin/sh : db2 = /bin/su',
        '@include sudoers.local',
        '#include /etc/sudoers-%h',
        '#includedir sudoers.d',
        '',
      ].join('\n'),
      'etc/sudoers.local': 'ivan ALL = ALL\n@include sudoers.more',
      'etc/sudoers.more': 'judy\tALL=NOPASSWD: ALL\n',
      'etc/sudoers-web-01': 'ken ALL=(ALL) ALL\n',
      'etc/sudoers.d/team': '%domain\\ admins ALL=(ALL) ALL\n+netgroup ALL=(ALL) ALL\n',
      'etc/group': 'root:x:0:\nadm:x:27:laura\nops:x:2001:erin,mike\nalice:x:1000:\nbob:x:1001:\n',
    },
    {
      // As cvtsudoers of sudo 1.9.13 reads the files.
      administrators: [
        'alice',
        'carol',
        'frank',
        'grace',
        'heidi smith',
        'ivan',
        'judy',
        'ken',
        'laura',
        'mike',
      ],
      notes: [
        'The administrators are not complete: the members of %domain admins are not in the image',
        'The administrators are not complete: the members of +netgroup are not in the image',
      ],
    },
  ],
  'boots on a thinly provisioned volume with holes': [
    {
      ...debian,
      'var/log/wtmp': Buffer.concat([bootRecord(1_700_000_000), Buffer.alloc(384 * 1000, FILLER)]),
    },
    { activity: { last_boot: '2023-11-14T22:13:20Z' } },
    thinWithHoles,
  ],
  'special characters in os-release': [
    { 'etc/os-release': 'ID=\'debian\'\nPRETTY_NAME="A \\"quoted\\" \\$name \\`x\\`"\nVERSION_ID=12\n' },
    { operating_system: { distribution: 'debian', version: '12', product_name: 'A "quoted" $name `x`' } },
  ],
  'Ubuntu without os-release': [
    {
      'etc/lsb-release':
        'DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=10.04\nDISTRIB_CODENAME=lucid\nDISTRIB_DESCRIPTION="Ubuntu 10.04.4 LTS"\n',
      'etc/debian_version': 'squeeze/sid\n',
    },
    {
      operating_system: {
        distribution: 'ubuntu',
        version: '10.04',
        codename: 'lucid',
        product_name: 'Ubuntu 10.04.4 LTS',
      },
    },
  ],
  'SUSE without os-release': [
    {
      'etc/SuSE-release': 'SUSE Linux Enterprise Server 11 (x86_64)\nVERSION = 11\nPATCHLEVEL = 4\n',
    },
    { operating_system: { distribution: 'sles', version: '11' } },
  ],
  'administrators of doas': [
    {
      'etc/os-release': 'ID=alpine\n',
      'etc/passwd': 'root:x:0:0::/root:/bin/ash\n',
      'etc/doas.conf': 'permit persist :wheel\npermit nopass erin as root\ndeny frank\n',
      'etc/group': 'wheel:x:10:grace\n',
    },
    { administrators: ['erin', 'grace'] },
  ],
  'the SSH server of SUSE': [
    {
      'etc/os-release': 'ID=opensuse-tumbleweed\nID_LIKE="opensuse suse"\n',
      'usr/etc/ssh/sshd_config':
        'Include /etc/ssh/sshd_config.d/*.conf\nInclude /usr/etc/ssh/sshd_config.d/*.conf\nPermitRootLogin yes\n',
      'usr/etc/ssh/sshd_config.d/50-vendor.conf': 'PasswordAuthentication no\nPort 2022\n',
      'etc/ssh/sshd_config.d/10-own.conf': 'Port 2222\n',
    },
    { ssh: { port: '2222', permit_root_login: 'yes', password_authentication: 'no' } },
  ],
  'the SSH server with includes in other folders': [
    {
      'etc/os-release': 'ID=debian\n',
      'etc/ssh/sshd_config': 'PermitRootLogin no\nInclude extra/*.cfg\nPasswordAuthentication yes\n',
      'etc/ssh/extra/a.cfg':
        'PermitRootLogin yes\nPasswordAuthentication no\nMatch User x\nPubkeyAuthentication no\n',
    },
    { ssh: { permit_root_login: 'no', password_authentication: 'no', public_key_authentication: 'yes' } },
  ],
  'Windows 7': caseOf(
    windows({
      ProductName: 'Windows 7 Professional',
      CurrentVersion: '6.1',
      CurrentBuildNumber: '7601',
      CSDVersion: 'Service Pack 1',
    }),
    {
      product_name: 'Windows 7 Professional',
      version: '6.1.7601',
      codename: 'Service Pack 1',
      hostname: 'DESK',
      arch: 'x86_64',
      timezone: 'UTC',
    },
  ),
  'Windows 10': caseOf(
    windows({ ...ten, ProductName: 'Windows 10 Pro', CurrentBuildNumber: '19045', DisplayVersion: '22H2' }),
    { product_name: 'Windows 10 Pro', version: '10.0.19045', codename: '22H2' },
  ),
  'Windows 11': caseOf(
    windows({ ...ten, ProductName: 'Windows 10 Pro', CurrentBuildNumber: '22631', DisplayVersion: '23H2' }),
    { product_name: 'Windows 11 Pro', version: '10.0.22631', codename: '23H2' },
  ),
  'Windows Server': caseOf(
    windows({ ...ten, ProductName: 'Windows Server 2025 Standard', CurrentBuildNumber: '26100' }),
    { product_name: 'Windows Server 2025 Standard', version: '10.0.26100' },
  ),
  units: [units, { services: ['getty@tty1.service', 'own.timer', 'present.service', 'static.service'] }],
};

function caseOf(
  [tree, make]: ReturnType<typeof windows>,
  system: Record<string, unknown>,
): [Tree, Record<string, unknown>, typeof make] {
  const unknown = { logins: null, administrators: null, ssh: null };
  return [
    tree,
    {
      operating_system: { type: 'windows', ...system },
      packages: { count: 1 },
      services: ['EventLog'],
      ...unknown,
    },
    make,
  ];
}

let reports: Readonly<Record<string, Probed | undefined>>;
let inspected: Probed | undefined;

beforeAll(async () => {
  const names = Object.keys(cases);
  const paths = names.map((_, index) => place(`case-${index}`));
  await Promise.all(
    Object.values(cases).map(([tree, , make = ext4], index) => make(paths[index] as string, tree)),
  );
  const probed = await probe(engine, paths, 'profile');
  reports = Object.fromEntries(names.map((name, index) => [name, probed[index]]));
  [inspected] = await probe(engine, [paths[names.indexOf('units')] as string]);
}, 120_000);

test.each(Object.keys(cases))('%s', (name) => {
  expect(reports[name]).toMatchObject(cases[name]?.[1] ?? {});
});

describe('services', () => {
  test('are enabled as in systemctl', async () => {
    await layDown(units, place('units'));
    const args = [`--root=${place('units')}`, 'is-enabled'];
    const services = inspected?.['services'] as { name: string; state: string }[];
    for (const { name, state } of services) {
      const { stdout } = await promisify(execFile)('systemctl', [...args, name]);
      expect(`${name} ${stdout.trim()}`).toBe(`${name} ${state}`);
    }
    for (const gone of ['gone.service', 'masked.service']) {
      const asked = promisify(execFile)('systemctl', [...args, gone]);
      await expect(asked).rejects.toMatchObject({ stdout: expect.not.stringMatching(/^(enabled|static)/) });
    }
  });
});
