/** Files of a system that a crash or a bad disk damaged: what they no longer tell is unknown. */
import { randomBytes } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { installedEngine } from '../../support/engines.ts';
import { guestBench } from '../../support/guests/bench.ts';
import { bytesOf, hole, noise, noted, zeros } from '../../support/guests/damage.ts';
import { type Probed, probeCases } from '../../support/guests/probe.ts';
import { debian } from '../../support/guests/systems.ts';
import type { Tree } from '../../support/guests/tree.ts';
import { ext4 } from '../../support/guests/volumes.ts';

const engine = await installedEngine('guestprobe');
const { place } = await guestBench();

/** Files of text besides the packages, and what tells whether they were understood. */
const texts = [
  ...['etc/hostname', 'etc/timezone', 'etc/passwd', 'etc/shadow', 'etc/group', 'etc/sudoers'],
  ...['etc/ssh/sshd_config', 'root/.ssh/authorized_keys', 'usr/lib/systemd/system/ssh.service'],
  ...['usr/lib/os-release', 'etc/fstab'],
] as const;
/** Passwords are not looked at without accounts. */
const noticed = texts.filter((path) => path !== 'etc/shadow');
const complete: Tree = { ...debian, 'etc/sudoers': '%sudo ALL=(ALL:ALL) ALL\n' };
const damaged = (change: (contents: Buffer) => Buffer): Tree => ({
  ...complete,
  ...Object.fromEntries(texts.map((path) => [path, change(bytesOf(complete, path))])),
});
const system = { distribution: null, product_name: null, version: null, hostname: null, timezone: null };
const nothing = {
  operating_system: { type: 'linux', arch: 'x86_64', ...system },
  services: null,
  logins: null,
  administrators: null,
  ssh: null,
};
const line = (path: string, change: (text: string) => string): Tree => ({
  ...complete,
  [path]: change(String(bytesOf(complete, path))),
});

/** Systems, and what their profile has to contain. */
const cases: Readonly<Record<string, readonly [Tree, Record<string, unknown>]>> = {
  'zero-filled texts': [
    damaged(zeros),
    { ...nothing, notes: noted(...noticed.map((path) => `/${path} is damaged`)) },
  ],
  'texts with a hole': [damaged(hole), nothing],
  'noise in place of texts': [damaged(noise), nothing],
  'empty accounts': [
    { ...complete, 'etc/passwd': '', 'etc/group': '', 'etc/shadow': '', 'usr/lib/os-release': '' },
    {
      operating_system: { distribution: null },
      logins: null,
      administrators: null,
      notes: noted('/etc/passwd has no lines', '/usr/lib/os-release was not understood'),
    },
  ],
  'accounts that are cut off': [
    line('etc/passwd', (text) => text.slice(0, text.indexOf('Alice'))),
    { logins: null, notes: noted('The users are unknown: a line of /etc/passwd does not have 7 fields') },
  ],
  'passwords that are cut off': [
    line('etc/shadow', (text) => text.slice(0, text.indexOf('secret'))),
    {
      logins: [
        { name: 'root', password: null },
        { name: 'alice', password: null },
        { name: 'bob', password: null },
      ],
      notes: noted('The passwords are unknown'),
    },
  ],
  'passwords that are missing': [
    line('etc/shadow', () => 'root:!:19000:0:99999:7:::\n'),
    {
      logins: [
        { name: 'root', password: 'locked' },
        { name: 'alice', password: null },
        { name: 'bob', password: null },
      ],
      notes: noted('The password of alice is unknown'),
    },
  ],
  'passwords outside of /etc/shadow': [
    {
      ...complete,
      'etc/passwd':
        'root:$6$salt$secret:0:0::/root:/bin/sh\nguest::1000:1000::/:/bin/sh\nold:*:1001:1001::/:/bin/sh\nshut:NP:1:1::/:/bin/sh\n',
    },
    {
      logins: [
        { name: 'root', password: 'set' },
        { name: 'guest', password: 'empty' },
        { name: 'old', password: 'locked' },
        { name: 'shut', password: 'locked' },
      ],
    },
  ],
  'groups that are cut off': [
    line('etc/group', (text) => text.slice(0, text.indexOf(':27'))),
    { administrators: null, notes: noted('The administrators are unknown') },
  ],
  'a rule of sudo that is cut off': [
    line('etc/sudoers', (text) => `${text}carol ALL`),
    { administrators: null, notes: noted('The administrators are unknown') },
  ],
  'a rule of sudo for all users': [
    line('etc/sudoers', (text) => `${text}ALL ALL=(ALL) ALL\n`),
    { administrators: ['alice'], notes: noted('sudo has a rule for all users') },
  ],
  'a setting of SSH that is cut off': [
    line('etc/ssh/sshd_config', () => 'Port 22\nPermitRootLogin'),
    { ssh: null, notes: noted('The settings of the SSH server are unknown') },
  ],
  'keys that are none': [
    line('root/.ssh/authorized_keys', (text) => `${text}ssh-ed2551\n`),
    { ssh: { port: '22', root_keys: null }, notes: noted('The SSH keys of root are unknown') },
  ],
  'keys in other files': [
    {
      ...complete,
      'etc/ssh/sshd_config': 'Port 22\nPort 2222\nAuthorizedKeysFile .ssh/authorized_keys /etc/ssh/keys/%u\n',
      'etc/ssh/keys/root':
        'from="10.0.0.1",no-pty ssh-rsa AAAAB3Nz== ci\nsk-ssh-ed25519@openssh.com AAAAGnNr a b\n',
    },
    { ssh: { port: '22', root_keys: 3 }, notes: noted('further ports, such as 2222') },
  ],
  'a unit that is cut off': [
    line('usr/lib/systemd/system/cron.service', (text) => text.slice(0, text.indexOf('stall]'))),
    { services: null, notes: noted('The services are unknown') },
  ],
  'a value of os-release that is cut off': [
    line('usr/lib/os-release', () => 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Lin'),
    {
      operating_system: { distribution: 'debian', version: '12', product_name: null },
      notes: noted('PRETTY_NAME of /usr/lib/os-release was not understood'),
    },
  ],
  'boots in noise': [
    { ...complete, 'var/log/wtmp': Buffer.concat(Array.from({ length: 4 }, () => boot(randomBytes(384)))) },
    { activity: { last_boot: null } },
  ],
};

/** Makes a record of a boot of any bytes. */
function boot(record: Buffer): Buffer {
  record.writeInt16LE(2, 0);
  return record;
}

let reports: Readonly<Record<string, Probed | undefined>>;

beforeAll(async () => {
  reports = await probeCases({ engine, place, report: 'profile' }, cases, (path, [tree]) => ext4(path, tree));
}, 120_000);

test.each(Object.keys(cases))('%s', (name) => {
  expect(reports[name]).toMatchObject(cases[name]?.[1] ?? {});
});
