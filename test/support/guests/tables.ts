/** Partition tables that sfdisk does not write. */

import { open, stat } from 'node:fs/promises';
import { pour, type TableKind, withFile } from './disks.ts';
import { tool } from './tools.ts';

const SECTOR = 512;
const LARGE = 4096;
const MIB = 2 ** 20;

/** Makes a disk with sectors of 4096 bytes and a partition for each volume, 1 MiB apart. With MBR, all but the first are logical. */
export async function withLargeSectors(
  disk: string,
  kind: TableKind,
  volumes: readonly string[],
): Promise<void> {
  const sectors = await Promise.all(volumes.map(async (volume) => (await stat(volume)).size / LARGE));
  const gap = MIB / LARGE;
  const starts = sectors.map((_, index) =>
    sectors.slice(0, index).reduce((sum, size) => sum + size + gap, gap),
  );
  const total = sectors.reduce((sum, size) => sum + size + gap, 2 * gap);
  await withFile(disk, (file) => file.truncate(total * LARGE));
  const lines = starts.flatMap((start, index) => {
    const end = start + (sectors[index] ?? 0) - 1;
    if (kind === 'gpt') return ['n', index + 1, start, end];
    if (index === 0) return ['n', 'p', 1, start, end];
    return [...(index === 1 ? ['n', 'e', 2, start - gap, total - 1] : []), 'n', 'l', start, end];
  });
  await tool(
    'fdisk',
    ['-b', String(LARGE), disk],
    [kind === 'gpt' ? 'g' : 'o', ...lines, 'w', ''].join('\n'),
  );
  const file = await open(disk, 'r+');
  try {
    for (const [index, volume] of volumes.entries()) await pour(volume, file, (starts[index] ?? 0) * LARGE);
  } finally {
    await file.close();
  }
}

/** Adds the first partition of a disk with GPT to its MBR, which is then a hybrid MBR. */
export async function makeHybrid(path: string): Promise<void> {
  const disk = await open(path, 'r+');
  try {
    const { buffer } = await disk.read(Buffer.alloc(3 * SECTOR), 0, 3 * SECTOR, 0);
    const [first, last] = [buffer.readBigUInt64LE(2 * SECTOR + 32), buffer.readBigUInt64LE(2 * SECTOR + 40)];
    const entry = Buffer.alloc(16);
    entry.writeUInt8(0x83, 4);
    entry.writeUInt32LE(Number(first), 8);
    entry.writeUInt32LE(Number(last - first + 1n), 12);
    await disk.write(entry, 0, 16, 446 + 16);
  } finally {
    await disk.close();
  }
}
