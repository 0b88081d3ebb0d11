/** Telling that a disk has no room, or that a quota is used up, by whatever says so. */
import { constants } from 'node:os';
import { DarkroomError } from '../errors.ts';

/** By number: Node has no name for the second. */
const numbers = [-constants.errno.ENOSPC, -constants.errno.EDQUOT];

/** An error of the system; or of libvips or a process of ours, which tell it in the system's words. */
export function isDiskFull(error: unknown): boolean {
  const { errno = 0, message = '' } = (error ?? {}) as Partial<NodeJS.ErrnoException>;
  return numbers.includes(errno) || /no space left on device|disk quota exceeded/i.test(message);
}

/** Steps wait until there is room. */
export const workerDiskFull = (cause: unknown): DarkroomError =>
  new DarkroomError('disk_full', 'The disk of the worker is full', { cause });
