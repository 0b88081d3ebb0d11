/** Translates errors of the file system into errors of the store. */
import { getSystemErrorMap } from 'node:util';
import { DarkroomError } from '../../errors.ts';
import { isDiskFull } from '../../lib/disk-full.ts';

export const codeOf = (error: unknown): unknown => (error as NodeJS.ErrnoException | null)?.code;

/** Whether an error means that there is no object: no such path, a file in place of a folder, a symbolic link, or a socket. */
export const isAbsence = (error: unknown): boolean =>
  ['ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO'].includes(String(codeOf(error)));

/** Whether an error means that a file cannot have another hard link here. */
export const isLinkFault = (error: unknown): boolean =>
  ['EMLINK', 'EPERM', 'EXDEV', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(String(codeOf(error)));

/** Turns a system error into an error of the store, and keeps it as cause because it names local paths. Returns others unchanged. */
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
