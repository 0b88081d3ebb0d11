/** Partition tables that sfdisk does not write. */

import { open, readFile } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { withFile } from './disks.ts';

const SECTOR = 512;
const LARGE = 4096;
const ENTRY = 128;
const ENTRIES = 128;

/** Copies a disk with GPT to one with sectors of 4096 bytes. Partitions begin and end at multiples of 4096 bytes. */
export async function withLargeSectors(from: string, to: string): Promise<void> {
  const disk = await readFile(from);
  const entries = Buffer.from(disk.subarray(2 * SECTOR, 2 * SECTOR + ENTRIES * ENTRY));
  for (let at = 0; at < entries.length; at += ENTRY) {
    const [first, last] = [entries.readBigUInt64LE(at + 32), entries.readBigUInt64LE(at + 40)];
    if (first === 0n) continue;
    entries.writeBigUInt64LE(first / 8n, at + 32);
    entries.writeBigUInt64LE((last + 1n) / 8n - 1n, at + 40);
  }
  const header = Buffer.alloc(LARGE);
  disk.copy(header, 0, SECTOR, 2 * SECTOR);
  const sectors = BigInt(Math.floor(disk.length / LARGE));
  for (const [at, value] of [
    [32, sectors - 1n],
    [40, 6n],
    [48, sectors - 6n],
    [72, 2n],
  ] as const) {
    header.writeBigUInt64LE(value, at);
  }
  header.writeUInt32LE(crc32(entries), 88);
  header.writeUInt32LE(0, 16);
  header.writeUInt32LE(crc32(header.subarray(0, 92)), 16);
  disk.fill(0, SECTOR, 2 * SECTOR + entries.length);
  header.copy(disk, LARGE);
  entries.copy(disk, 2 * LARGE);
  await withFile(to, async (file) => void (await file.write(disk)));
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
