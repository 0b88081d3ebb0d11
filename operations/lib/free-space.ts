/** Free space of the disk that stages write to. */
import { statfs } from 'node:fs/promises';

/** Below this, third-party programs fail with misleading errors. */
const MIN_FREE_BYTES = 32 * 2 ** 20;

/** Whether a program that failed may have failed for lack of disk space. */
export async function isSpaceLow(folder: string): Promise<boolean> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize < MIN_FREE_BYTES;
}
