/** Recognizes a full disk and an exhausted quota in errors from any source. */
import { constants } from 'node:os';
import { DarkroomError } from '../errors.ts';

/** By number: Node has no name for EDQUOT. */
const numbers = [-constants.errno.ENOSPC, -constants.errno.EDQUOT];

/** Whether an error of the system, of libvips or of a child process means that the disk or the quota is full. */
export function isDiskFull(error: unknown): boolean {
  const { errno = 0, message = '' } = (error ?? {}) as Partial<NodeJS.ErrnoException>;
  return numbers.includes(errno) || /no space left on device|disk quota exceeded/i.test(message);
}

/** Creates the error of a worker whose disk is full. It is retryable: steps wait until there is space. */
export const workerDiskFull = (cause: unknown): DarkroomError =>
  new DarkroomError('disk_full', 'The disk of the worker is full', { cause });
