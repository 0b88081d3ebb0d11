/** Disks made of volumes: with a partition table, or with logical volumes. */
import { type FileHandle, open, stat } from 'node:fs/promises';
import { type LogicalVolume, lvmHeader, PE_START } from './lvm.ts';
import { tool } from './tools.ts';

const MIB = 2 ** 20;

export type TableKind = 'gpt' | 'dos';

export interface TableOptions {
  /** Lines at the head of sfdisk's input, such as `label-id: 0x1234abcd`. */
  readonly head?: readonly string[];
  /** Fields of each partition in sfdisk's input, such as `name="var"`. */
  readonly fields?: readonly string[];
}

/** Makes a disk with one partition for each volume, the first at 1 MiB. */
export async function partitioned(
  disk: string,
  kind: TableKind,
  volumes: readonly string[],
  { head = [], fields = [] }: TableOptions = {},
): Promise<void> {
  const sizes = await Promise.all(volumes.map(async (volume) => (await stat(volume)).size));
  const starts = sizes.map((_, index) => sizes.slice(0, index).reduce((sum, size) => sum + size, MIB));
  const total = sizes.reduce((sum, size) => sum + size, 2 * MIB);
  await withFile(disk, async (file) => {
    await file.truncate(total);
    for (const [index, volume] of volumes.entries()) await pour(volume, file, starts[index] ?? 0);
  });
  const lines = sizes.map(
    (size, index) =>
      `start=${(starts[index] ?? 0) / 512}, size=${size / 512}, ` +
      (fields[index] ?? `type=${kind === 'gpt' ? 'L' : '83'}`),
  );
  const input = [`label: ${kind}`, ...head, ...lines, ''].join('\n');
  await tool('sfdisk', ['--quiet', '--wipe', 'never', disk], input);
}

/** Makes a disk that is one physical volume, with logical volumes of the group `vg-0` by name. `segments`: of volumes that are not linear. */
export async function logical(
  disk: string,
  volumes: Readonly<Record<string, string>>,
  segments: Readonly<Record<string, string>> = {},
): Promise<void> {
  const entries = Object.entries(volumes).map(async ([name, path]) => ({
    name,
    path,
    size: (await stat(path)).size,
    segment: segments[name],
  }));
  await writeGroup(disk, await Promise.all(entries));
}

interface GroupEntry extends LogicalVolume {
  /** What it contains. Virtual ones have none. */
  readonly path?: string;
}

/** Makes a disk that is one physical volume of the group `vg-0`. */
export async function writeGroup(disk: string, entries: readonly GroupEntry[]): Promise<void> {
  const total = entries.reduce((sum, { size, path }) => sum + (path ? size : 0), PE_START + MIB);
  await withFile(disk, async (file) => {
    await file.truncate(total);
    await file.write(lvmHeader('vg-0', total, entries), 0, null, 0);
    let at = PE_START;
    for (const { path, size } of entries) {
      if (!path) continue;
      await pour(path, file, at);
      at += size;
    }
  });
}

export async function withFile(path: string, work: (file: FileHandle) => Promise<void>): Promise<void> {
  const file = await open(path, 'w');
  try {
    await work(file);
  } finally {
    await file.close();
  }
}

/** Copies a file into another, without blocks of zeros, so that it stays sparse. */
export async function pour(from: string, to: FileHandle, at: number): Promise<void> {
  const source = await open(from);
  const piece = Buffer.alloc(MIB);
  const nothing = Buffer.alloc(MIB);
  try {
    for (let offset = 0; ; ) {
      const { bytesRead } = await source.read(piece, 0, MIB, offset);
      if (bytesRead === 0) return;
      const read = piece.subarray(0, bytesRead);
      if (!read.equals(nothing.subarray(0, bytesRead))) await to.write(read, 0, bytesRead, at + offset);
      offset += bytesRead;
    }
  } finally {
    await source.close();
  }
}

/** Options of qemu-img for each format and its variants. */
export const conversions = {
  qcow2: ['-O', 'qcow2', '-c'],
  'qcow2-zstd': ['-O', 'qcow2', '-c', '-o', 'compression_type=zstd'],
  vmdk: ['-O', 'vmdk'],
  'vmdk-stream': ['-O', 'vmdk', '-o', 'subformat=streamOptimized'],
  vdi: ['-O', 'vdi'],
  vhdx: ['-O', 'vhdx'],
  vhd: ['-O', 'vpc'],
  'vdi-static': ['-O', 'vdi', '-o', 'static=on'],
  'vhdx-fixed': ['-O', 'vhdx', '-o', 'subformat=fixed'],
  'vhd-fixed': ['-O', 'vpc', '-o', 'subformat=fixed'],
} as const satisfies Record<string, readonly string[]>;

export const convert = (raw: string, to: string, kind: keyof typeof conversions): Promise<void> =>
  tool('qemu-img', ['convert', '-f', 'raw', ...conversions[kind], raw, to]);
