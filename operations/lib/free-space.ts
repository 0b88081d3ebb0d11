/** Room on the disk that programs of stages write to. */
import { statfs } from 'node:fs/promises';

/** With less room than this programs of others fail in ways that tell nothing, or in their own words. */
const LEAST_BYTES = 32 * 2 ** 20;

/** Where a program has failed: whether that may be why. */
export async function hasNoRoom(folder: string): Promise<boolean> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize < LEAST_BYTES;
}
