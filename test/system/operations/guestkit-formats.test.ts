/** Files that are no single disk image: compressed, archived, in several parts, or in a format that is not read. */
import { readFile, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, expect, test } from 'vitest';
import { installedEngine } from '../../support/engines.ts';
import { guestBench } from '../../support/guests/bench.ts';
import { type Probed, probe } from '../../support/guests/probe.ts';
import { tool } from '../../support/guests/tools.ts';

const engine = await installedEngine('guestprobe');
const { place, image } = await guestBench();

const source = await image('alpine-dos', 'raw');
const convert = (path: string, ...args: string[]) =>
  tool('qemu-img', ['convert', '-f', 'raw', ...args, source, path]);
/** The file that tar, or another program, makes of the image. */
const python = (path: string, code: string) => tool('python3', ['-c', code, source, path]);
const [unsupported, external] = ['image_unsupported', 'image_external_data'];

/** A file name, what makes the file, and the refusal. */
const cases: readonly (readonly [string, (path: string) => Promise<unknown>, string, RegExp])[] = [
  [
    'gzip',
    async (path) => writeFile(path, gzipSync(await readFile(source))),
    unsupported,
    /compressed with gzip; decompress it/,
  ],
  [
    'xz',
    (path) =>
      python(path, 'import lzma, sys; lzma.open(sys.argv[2], "wb").write(open(sys.argv[1], "rb").read())'),
    unsupported,
    /with xz/,
  ],
  [
    'bzip2',
    (path) =>
      python(path, 'import bz2, sys; bz2.open(sys.argv[2], "wb").write(open(sys.argv[1], "rb").read())'),
    unsupported,
    /with bzip2/,
  ],
  ['zstd', (path) => writeFile(path, Buffer.from('28b52ffd00', 'hex')), unsupported, /with Zstandard/],
  [
    'zip',
    (path) =>
      python(path, 'import sys, zipfile; zipfile.ZipFile(sys.argv[2], "w").write(sys.argv[1], "disk.raw")'),
    unsupported,
    /ZIP archive; extract/,
  ],
  [
    'ova',
    async (path) => {
      await writeFile(`${path}.ovf`, '<Envelope/>');
      await tool('tar', ['--format=ustar', '-C', place('.'), '-cf', path, `${basename(path)}.ovf`]);
    },
    unsupported,
    /OVA archive; extract it/,
  ],
  [
    'tar',
    (path) =>
      python(path, 'import sys, tarfile; tarfile.open(sys.argv[2], "w").add(sys.argv[1], "disk.raw")'),
    unsupported,
    /tar archive/,
  ],
  ['qcow', (path) => convert(path, '-O', 'qcow'), unsupported, /qcow \(version 1\).*qemu-img convert/],
  ['qed', (path) => convert(path, '-O', 'qed'), unsupported, /QED image/],
  ['parallels', (path) => convert(path, '-O', 'parallels'), unsupported, /Parallels image/],
  [
    'newer.qcow2',
    async (path) => {
      await convert(path, '-O', 'qcow2');
      const bytes = await readFile(path);
      bytes.writeBigUInt64BE(1n << 9n, 72);
      await writeFile(path, bytes);
    },
    unsupported,
    /incompatible feature bits 9/,
  ],
  [
    'split.vmdk',
    (path) => convert(path, '-O', 'vmdk', '-o', 'subformat=twoGbMaxExtentSparse'),
    external,
    /in other files \("split-s001\.vmdk"\)/,
  ],
  ['split-s001.vmdk', async () => undefined, external, /one part \(extent\) of a VMware disk/],
  [
    'flat.vmdk',
    (path) => convert(path, '-O', 'vmdk', '-o', 'subformat=monolithicFlat'),
    external,
    /"flat-flat\.vmdk"/,
  ],
];

let reports: readonly Probed[];

beforeAll(async () => {
  for (const [name, make] of cases) await make(place(name));
  reports = await probe(
    engine,
    cases.map(([name]) => place(name)),
  );
}, 120_000);

test.each(cases.map(([name, , code], index) => [name, code, index] as const))(
  'rejects %s: %s',
  (_, code, index) => {
    expect(reports[index]).toMatchObject({
      code,
      message: expect.stringMatching(cases[index]?.[3] as RegExp),
    });
  },
);

test('the extent of a flat VMDK is a raw image', async () => {
  const [report] = await probe(engine, [place('flat-flat.vmdk')]);
  expect(report).toMatchObject({ operating_system: { distribution: 'alpine' } });
});
