/** Why a directory cannot be used, and what to do about it, in the words of a user. */
import { ConfigError } from './settings/config-error.ts';

export interface DirectoryProblem {
  readonly problem: string;
  readonly remedy: string;
}

type Describe = (place: string) => DirectoryProblem;

const mayNot: Describe = (place) => ({
  problem: `this user may not read or write ${place}`,
  remedy: 'Give this user the right to do so',
});

/** By code of the operating system. */
const problems: Readonly<Record<string, Describe>> = {
  EACCES: mayNot,
  EPERM: mayNot,
  EROFS: (place) => ({
    problem: `${place} is on a read-only file system`,
    remedy: 'Mount it so that it can be written',
  }),
  ENOSPC: (place) => ({
    problem: `there is no space left on the disk of ${place}`,
    remedy: 'Free some space',
  }),
  EDQUOT: (place) => ({
    problem: `the disk quota of this user is used up at ${place}`,
    remedy: 'Free some space, or raise the quota',
  }),
  ENOTDIR: (place) => ({
    problem: `${place} is not a directory`,
    remedy: 'Remove or rename it',
  }),
  EISDIR: (place) => ({
    problem: `${place} is not a file`,
    remedy: 'Remove or rename it',
  }),
  EEXIST: (place) => ({
    problem: `${place} is not a directory, or a link that leads nowhere`,
    remedy: 'Remove or rename it',
  }),
  ENOENT: (place) => ({
    problem: `${place} does not exist and cannot be made there`,
    remedy: 'Make it',
  }),
};

/**
 * Describes an error of a file operation; null for errors that say nothing about files and directories.
 *
 * @param place - The file or directory, if the error does not name it.
 */
export function describeFileError(error: unknown, place?: string): DirectoryProblem | null {
  const { code = '', path = place } = (error ?? {}) as NodeJS.ErrnoException;
  return path === undefined ? null : (problems[code]?.(path) ?? null);
}

/**
 * Turns an error of a file operation below a directory into a ConfigError. Returns other errors unchanged.
 *
 * @param setting - The variable that names the directory.
 */
export function toConfigError(error: unknown, directory: string, setting: string): unknown {
  const found = describeFileError(error, directory);
  if (found === null) return error;
  return new ConfigError(
    `The directory ${directory} cannot be used: ${found.problem}. ${found.remedy}, or set ${setting} to another directory`,
    { cause: error },
  );
}
