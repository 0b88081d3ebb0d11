/** What the errors of a file system mean to users of the store. */
import { getSystemErrorMap } from 'node:util';
import { DarkroomError } from '../../errors.ts';
import { isDiskFull } from '../../lib/disk-full.ts';

export const codeOf = (error: unknown): unknown => (error as NodeJS.ErrnoException | null)?.code;

/** No such path, a file where a folder is looked for, a symbolic link (never followed) or a socket: there is no object. */
export const isAbsence = (error: unknown): boolean =>
  ['ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO'].includes(String(codeOf(error)));

/** The store's error for one of the system, which names paths of this server and stays its cause. Others stay as they are. */
export function explained(error: unknown, action: string): Error {
  const errno = (error as NodeJS.ErrnoException | null)?.errno;
  if (errno === undefined) return error as Error;
  const [code, reason] = getSystemErrorMap().get(errno) ?? [String(codeOf(error)), 'unknown error'];
  const what = `The object store cannot ${action}: ${reason} (${code})`;
  const [kind, advice] = isDiskFull(error)
    ? (['disk_full', 'free space on its disk, or raise its quota'] as const)
    : ([
        'store_unavailable',
        'check that its directory is there and that the server may write to it',
      ] as const);
  return new DarkroomError(kind, `${what}; ${advice}`, { details: { reason: code }, cause: error });
}
