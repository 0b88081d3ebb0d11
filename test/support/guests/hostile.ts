/** Hostile disk images: they refer to files of the server, claim implausible sizes, or are no images at all. */
import type { Bench } from './bench.ts';
import { tool } from './tools.ts';

/** A file that a reader would show if it followed references. */
const SECRET = '/etc/passwd';

export interface HostileImage {
  readonly name: string;
  readonly code: string;
  readonly bytes: (bench: Bench) => Promise<Buffer>;
}

/** Changes a copy of a valid image. */
const forged =
  (kind: Parameters<Bench['bytes']>[1], forge: (image: Buffer) => void) =>
  async (bench: Bench): Promise<Buffer> => {
    const image = Buffer.from(await bench.bytes('alpine-dos', kind));
    forge(image);
    return image;
  };

const cut = (kind: Parameters<Bench['bytes']>[1], share: number) => async (bench: Bench) => {
  const image = await bench.bytes('alpine-dos', kind);
  return image.subarray(0, Math.floor(image.length * share));
};

const created =
  (name: string, ...args: readonly string[]) =>
  async (bench: Bench) => {
    const path = bench.place(name);
    await tool('qemu-img', ['create', '-q', ...args.map((word) => word.replace('%', path))]);
    return bench.contents(path);
  };

const text = (words: string) => async () => Buffer.from(words);

const descriptor = (parent: string, extent: string): string =>
  `# Disk DescriptorFile\nversion=1\nCID=fffffffe\nparentCID=${parent}\ncreateType="monolithicFlat"\n${extent}\n`;

/** Replaces the descriptor of a sparse VMDK. */
const described = (words: string) =>
  forged('vmdk', (image) => {
    const at = Number(image.readBigUInt64LE(28)) * 512;
    image.fill(0, at, at + Number(image.readBigUInt64LE(36)) * 512);
    image.write(words, at);
  });

const big = (image: Buffer, at: number, value: bigint) => image.writeBigUInt64BE(value, at);
const little = (image: Buffer, at: number, value: bigint) => image.writeBigUInt64LE(value, at);

/** Returns the offset of an item in the metadata of a VHDX. */
const vhdxItem = (image: Buffer, guidStart: string): number => {
  const table = image.indexOf('metadata', 0, 'latin1');
  const entry = image.indexOf(Buffer.from(guidStart, 'hex'), table);
  return table + image.readUInt32LE(entry + 16);
};

export const hostileImages: readonly HostileImage[] = [
  // References to other files
  {
    name: 'backing.qcow2',
    code: 'image_backing_file',
    bytes: created('backing', '-f', 'qcow2', '-u', '-b', SECRET, '-F', 'raw', '%', '1M'),
  },
  {
    name: 'data-file.qcow2',
    code: 'image_external_data',
    bytes: created('data-file', '-f', 'qcow2', '-o', 'data_file=%.data,data_file_raw=on', '%', '1M'),
  },
  {
    name: 'flat.vmdk',
    code: 'image_external_data',
    bytes: text(descriptor('ffffffff', `RW 8 FLAT "${SECRET}" 0`)),
  },
  {
    name: 'snapshot.vmdk',
    code: 'image_backing_file',
    bytes: text(descriptor('12345678', 'RW 8 SPARSE "other.vmdk"')),
  },
  {
    name: 'parent-inside.vmdk',
    code: 'image_backing_file',
    bytes: described(`parentCID=12345678\nparentFileNameHint="${SECRET}"\nRW 8 SPARSE "me.vmdk"\n`),
  },
  {
    name: 'extent-inside.vmdk',
    code: 'image_external_data',
    bytes: described(`parentCID=ffffffff\nRW 8 SPARSE "me.vmdk"\nRW 8 FLAT "${SECRET}" 0\n`),
  },
  {
    name: 'part.vmdk',
    code: 'image_external_data',
    bytes: async () => Buffer.concat([Buffer.from('COWD'), Buffer.alloc(4092)]),
  },
  {
    name: 'child.vdi',
    code: 'image_backing_file',
    bytes: forged('vdi', (image) => image.writeUInt32LE(4, 76)),
  },
  {
    name: 'child.vhdx',
    code: 'image_backing_file',
    bytes: forged('vhdx', (image) => image.writeUInt32LE(2, vhdxItem(image, '3767a1ca36fa') + 4)),
  },
  {
    name: 'child.vhd',
    code: 'image_backing_file',
    bytes: forged('vhd', (image) => image.writeUInt32BE(4, image.length - 512 + 60)),
  },
  // Implausible sizes
  {
    name: 'exabytes.qcow2',
    code: 'image_too_large',
    bytes: forged('qcow2', (image) => big(image, 24, 1n << 62n)),
  },
  {
    name: 'table.qcow2',
    code: 'image_too_large',
    bytes: forged('qcow2', (image) => image.writeUInt32BE(0x7fffffff, 36)),
  },
  {
    name: 'table-outside.qcow2',
    code: 'image_corrupt',
    bytes: forged('qcow2', (image) => big(image, 40, 1n << 40n)),
  },
  {
    name: 'clusters.qcow2',
    code: 'image_corrupt',
    bytes: forged('qcow2', (image) => image.writeUInt32BE(63, 20)),
  },
  {
    name: 'capacity.vmdk',
    code: 'image_too_large',
    bytes: forged('vmdk', (image) => little(image, 12, 1n << 60n)),
  },
  {
    name: 'grains.vmdk',
    code: 'image_corrupt',
    bytes: forged('vmdk', (image) => little(image, 20, 0n)),
  },
  {
    name: 'blocks.vdi',
    code: 'image_too_large',
    bytes: forged('vdi', (image) => image.writeUInt32LE(0xffffffff, 384)),
  },
  {
    name: 'size.vhdx',
    code: 'image_too_large',
    bytes: forged('vhdx', (image) => little(image, vhdxItem(image, '2442a52f1bcd'), 1n << 60n)),
  },
  {
    name: 'partitions.raw',
    code: 'image_no_filesystem',
    bytes: async (bench) => {
      const image = Buffer.from(await bench.bytes('debian-gpt', 'raw'));
      // The number of partitions.
      image.writeUInt32LE(0xffffffff, 512 + 80);
      return image;
    },
  },
  // Incomplete images
  { name: 'zeros.raw', code: 'image_empty', bytes: async () => Buffer.alloc(2 ** 20) },
  {
    name: 'blank.qcow2',
    code: 'image_empty',
    bytes: created('blank', '-f', 'qcow2', '%', '1T'),
  },
  { name: 'text.qcow2', code: 'image_no_filesystem', bytes: text('hello, this is no image'.repeat(100)) },
  { name: 'cut.qcow2', code: 'image_corrupt', bytes: cut('qcow2', 0.1) },
  { name: 'cut.vmdk', code: 'image_corrupt', bytes: cut('vmdk-stream', 0.5) },
  {
    name: 'cut.vdi',
    code: 'image_corrupt',
    bytes: async (bench) => (await bench.bytes('alpine-dos', 'vdi')).subarray(0, 600),
  },
  {
    name: 'cut.vhdx',
    code: 'image_corrupt',
    bytes: async (bench) => (await bench.bytes('alpine-dos', 'vhdx')).subarray(0, 300_000),
  },
  // Encrypted images
  {
    name: 'encrypted.qcow2',
    code: 'image_encrypted',
    bytes: created(
      'encrypted',
      '-f',
      'qcow2',
      '--object',
      'secret,id=s0,data=abc',
      '-o',
      'encrypt.format=luks,encrypt.key-secret=s0,encrypt.iter-time=10',
      '%',
      '1M',
    ),
  },
  {
    name: 'luks.raw',
    code: 'image_encrypted',
    bytes: created(
      'luks',
      '-f',
      'luks',
      '--object',
      'secret,id=s0,data=abc',
      '-o',
      'key-secret=s0,iter-time=10',
      '%',
      '1M',
    ),
  },
];
