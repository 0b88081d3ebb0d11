/** Brings files to where a picture process can read them. */
import { constants } from 'node:fs';
import { copyFile, link, realpath, stat } from 'node:fs/promises';

/** System errors for links across file systems, to files of other users, and to files with too many links. */
const notLinkable: readonly unknown[] = ['EXDEV', 'EPERM', 'EACCES', 'EMLINK', 'ENOTSUP'];

/**
 * Links a file to `place`, or copies it where that is not possible. The directory is read-only in the sandbox, so a link is not written to.
 *
 * @returns `place`.
 * @throws System errors, such as ENOENT.
 */
export async function placeFile(path: string, place: string): Promise<string> {
  const file = await realpath(path);
  if (await isReadableInSandbox(file)) {
    try {
      await link(file, place);
      return place;
    } catch (error) {
      if (!notLinkable.includes((error as NodeJS.ErrnoException).code)) throw error;
    }
  }
  await copyFile(file, place, constants.COPYFILE_FICLONE);
  return place;
}

/** In the sandbox, root has no right to read the files of other users. */
async function isReadableInSandbox(file: string): Promise<boolean> {
  if (process.getuid?.() !== 0) return true;
  const { uid, mode } = await stat(file);
  return uid === 0 || (mode & 0o004) !== 0;
}
