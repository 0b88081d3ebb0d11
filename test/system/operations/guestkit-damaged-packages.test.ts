/** Package databases that are damaged: the packages are unknown, as for the package managers themselves. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { installedEngine } from '../../support/engines.ts';
import { guestBench } from '../../support/guests/bench.ts';
import { bytesOf, hole, noise, noted, zeros } from '../../support/guests/damage.ts';
import { type Probed, probeCases } from '../../support/guests/probe.ts';
import { rpmDatabases } from '../../support/guests/rpm.ts';
import { alpine, debian, dpkg } from '../../support/guests/systems.ts';
import { layDown, type Tree } from '../../support/guests/tree.ts';
import { ext4 } from '../../support/guests/volumes.ts';

const engine = await installedEngine('guestprobe');
const { place } = await guestBench();
const rpm = await rpmDatabases(place('rpm'));

const STATUS = 'var/lib/dpkg/status';

/** Names are those of the tests. dpkg rejects each. */
const statuses: Readonly<Record<string, string | Buffer>> = {
  'zero-filled': zeros(bytesOf(debian, STATUS)),
  'with a hole': hole(bytesOf(debian, STATUS)),
  noise: noise(Buffer.alloc(0)),
  'cut inside a line': bytesOf(debian, STATUS).subarray(0, 130),
  'cut inside a paragraph': `${dpkg('bash', '5.2')}\n${dpkg('nginx', '1').split('Version')[0]}`,
  'with a line that is no field': `${dpkg('bash', '5.2')}\nArchitect\n\n${dpkg('nginx', '1')}`,
  'with a status that does not exist': dpkg('bash', '5.2', 'install ok instalmed'),
  'with a paragraph without a name': `${dpkg('bash', '5.2')}\n${dpkg('nginx', '1').replace('Package', 'Packag')}`,
};

const arch = (desc: string | Buffer): Tree => ({
  'etc/os-release': 'ID=arch\n',
  'var/lib/pacman/local/ALPM_DB_VERSION': '9\n',
  'var/lib/pacman/local/bash-5.2-1/desc': '%NAME%\nbash\n\n%VERSION%\n5.2-1\n\n%ARCH%\nx86_64\n\n',
  'var/lib/pacman/local/zlib-1.3-2/desc': desc,
});
const INSTALLED = 'lib/apk/db/installed';
const apk = (change: (contents: Buffer) => Buffer | string): Tree => ({
  ...alpine,
  [INSTALLED]: change(bytesOf(alpine, INSTALLED)),
});
const fedora = (name: string, database: Buffer): Tree => ({
  'etc/os-release': 'ID=fedora\n',
  [`usr/lib/sysimage/rpm/${name}`]: database,
});
/** A copy with zeros in place of the last bytes of a text. */
const without = (database: Buffer, text: string): Buffer => {
  const copy = Buffer.from(database);
  for (let at = copy.indexOf(text); at >= 0; at = copy.indexOf(text, at + 1))
    copy.fill(0, at, Math.min(copy.length, at + 4096));
  return copy;
};

/** Systems whose packages are unknown. */
const databases: Readonly<Record<string, Tree>> = {
  ...Object.fromEntries(
    Object.entries(statuses).map(([name, status]) => [`dpkg: ${name}`, { ...debian, [STATUS]: status }]),
  ),
  'dpkg: empty, on a system with programs': { ...debian, [STATUS]: '' },
  'dpkg: without packages whose files it lists': {
    ...debian,
    ...Object.fromEntries(
      ['bash', 'perl-base', 'libc6:amd64', 'dpkg', 'tar', 'grep', 'sed'].map((name) => [
        `var/lib/dpkg/info/${name}.list`,
        '/.\n',
      ]),
    ),
  },
  'opkg: zero-filled': { 'etc/os-release': 'ID=lede\n', 'usr/lib/opkg/status': Buffer.alloc(300) },
  'apk: zero-filled': apk(zeros),
  'apk: with a hole': apk(hole),
  'apk: noise': apk(noise),
  'apk: empty, on a system with programs': apk(() => ''),
  'apk: cut inside a line': apk((contents) => contents.subarray(0, -24)),
  'apk: cut behind a line': apk((contents) => contents.subarray(0, contents.indexOf('F:bin'))),
  'pacman: zero-filled': arch(Buffer.alloc(60)),
  'pacman: empty': arch(''),
  'pacman: cut inside a line': arch('%NAME%\nzlib\n\n%VERSION%\n1.'),
  'pacman: of another package': arch('%NAME%\nbash\n\n%VERSION%\n5.2-1\n\n'),
  'rpm: zero-filled': fedora('rpmdb.sqlite', zeros(rpm.sqlite)),
  'rpm: empty': fedora('rpmdb.sqlite', Buffer.alloc(0)),
  'rpm: SQLite, cut': fedora('rpmdb.sqlite', rpm.sqlite.subarray(0, rpm.sqlite.length / 2)),
  'rpm: SQLite, a header without its name': fedora('rpmdb.sqlite', without(rpm.sqlite, 'httpd\x002.4.62\0')),
  'rpm: ndb, a header without its end': fedora(
    'Packages.db',
    without(rpm.ndb, 'httpd-2.4.62-3.fc41.src.rpm'),
  ),
  'rpm: Berkeley DB, a page of zeros': fedora('Packages', withoutPages(rpm.bdb)),
};

/** A copy whose pages with keys are zeros. */
function withoutPages(database: Buffer): Buffer {
  const [PAGE, TYPE_AT, HASH] = [4096, 25, 13];
  const copy = Buffer.from(database);
  for (let at = PAGE; at < copy.length; at += PAGE)
    if (copy[at + TYPE_AT] === HASH) copy.fill(0, at, at + PAGE);
  return copy;
}

let reports: Readonly<Record<string, Probed | undefined>>;

beforeAll(async () => {
  reports = await probeCases({ engine, place }, databases, (path, tree) => ext4(path, tree));
}, 120_000);

test.each(Object.keys(databases))('%s', (name) => {
  expect(reports[name]).toMatchObject({
    packages: { count: null },
    notes: noted('The packages are unknown: '),
  });
  expect(reports[name]?.['packages']).not.toHaveProperty('details');
});

test.each(Object.keys(statuses))('dpkg rejects one that is %s', async (name) => {
  await layDown({ [STATUS]: statuses[name] ?? '', 'var/lib/dpkg/updates/.keep': '' }, place(`dpkg-${name}`));
  const listed = promisify(execFile)('dpkg-query', [
    '--admindir',
    `${place(`dpkg-${name}`)}/var/lib/dpkg`,
    '-W',
  ]);
  await expect(listed).rejects.toMatchObject({ code: 2 });
});
