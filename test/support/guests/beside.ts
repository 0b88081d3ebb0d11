/** Disks with Debian and a second partition. */
import { open, writeFile } from 'node:fs/promises';
import { ROOT_UUID } from './bench.ts';
import { partitioned } from './disks.ts';
import * as systems from './systems.ts';
import { ext4 } from './volumes.ts';

const MIB = 2 ** 20;

/** Debian on one file system. */
export const debian = { ...systems.debian, 'etc/fstab': `UUID=${ROOT_UUID} / ext4 defaults 0 1\n` };

/** Makes a disk with Debian and a second partition, which begins as zeros. */
export const beside = (write: (path: string) => Promise<unknown>) => async (path: string) => {
  const [root, other] = [`${path}.root`, `${path}.other`];
  await ext4(root, debian, { uuid: ROOT_UUID });
  await writeFile(other, Buffer.alloc(8 * MIB));
  await write(other);
  await partitioned(path, 'gpt', [root, other]);
};

export const patched = (...patches: readonly (readonly [offset: number, bytes: Buffer])[]) =>
  beside(async (path) => {
    const file = await open(path, 'r+');
    for (const [offset, bytes] of patches) await file.write(bytes, 0, bytes.length, offset);
    await file.close();
  });
