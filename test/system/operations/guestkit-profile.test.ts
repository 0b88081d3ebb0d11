import { expect, test } from 'vitest';
import { guestkitProfile } from '../../../operations/guestkit-profile/index.ts';
import { operationContract } from '../../contracts/operation.ts';
import { installedEngine } from '../../support/engines.ts';
import { type DiskName, guestBench } from '../../support/guests/bench.ts';
import { runOperation } from '../../support/run-operation.ts';

const engines = { guestprobe: await installedEngine('guestprobe') };
const bench = await guestBench();

const profile = async (name: DiskName) => {
  const assets = [{ name: `${name}.qcow2`, bytes: await bench.bytes(name, 'qcow2') }];
  return (await runOperation(guestkitProfile, { assets, engines })).data;
};

operationContract(guestkitProfile, {
  title: 'a disk of Alpine',
  params: {},
  assets: [{ name: 'edge.qcow2', bytes: await bench.bytes('alpine-dos', 'qcow2') }],
  unusable: { name: 'zeros.raw', bytes: Buffer.alloc(2 ** 20) },
  engines,
});

test('a profile has logins, services, SSH settings and last activity', async () => {
  const data = await profile('debian-gpt');
  expect(data).toMatchObject({
    version: '1.0',
    image: { path: 'debian-gpt.qcow2', format: 'qcow2' },
    operating_system: { product_name: 'Debian GNU/Linux 12 (bookworm)', hostname: 'web-01.example.test' },
    packages: { count: 3, manager: 'deb' },
    services: ['cron.service', 'ssh.service', 'ssh.socket', 'systemd-tmpfiles-setup.service'],
    logins: [
      { name: 'root', uid: 0, shell: '/bin/bash', password: 'locked' },
      { name: 'alice', uid: 1000, shell: '/bin/bash', password: 'set' },
      { name: 'bob', uid: 1001, shell: '/bin/sh', password: 'empty' },
    ],
    administrators: ['alice'],
    // Values of an included file come first. Match blocks do not count.
    ssh: {
      port: '22',
      permit_root_login: 'no',
      password_authentication: 'no',
      public_key_authentication: 'yes',
      root_keys: 1,
    },
    activity: {
      last_boot: '2023-11-14T22:13:20Z',
      last_package_change: expect.stringMatching(/^20\d\d-.*Z$/),
    },
    filesystems: [
      { label: 'root', mountpoint: '/' },
      { label: 'data', mountpoint: '/srv' },
    ],
    encrypted: false,
    notes: [],
  });
  // The report contains neither password hashes nor keys.
  expect(JSON.stringify(data)).not.toMatch(/secret|AAAA/);
});

test('a profile has null for what the system does not have', async () => {
  expect(await profile('alpine-dos')).toMatchObject({
    logins: [{ name: 'root', password: 'set' }],
    administrators: ['root'],
    ssh: null,
    activity: { last_boot: null },
  });
});
