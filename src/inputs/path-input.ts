/** Path inputs: local files that clients may name, below the configured input roots only. */
import { constants } from 'node:fs';
import { access, realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import { DarkroomError } from '../errors.ts';

export interface InputPath {
  /** Absolute, without symbolic links. */
  readonly path: string;
  /** Bytes; meaningless for a directory. */
  readonly size: number;
  readonly kind: 'file' | 'directory';
}

/**
 * Resolves a path that a client named: absolute, or relative to a root. Follows symbolic links and checks their targets.
 *
 * @throws asset_not_found, asset_path_forbidden. The messages contain the given path and no other.
 */
export async function resolveInput(roots: readonly string[], given: string): Promise<InputPath> {
  let outside = false;
  for (const root of roots) {
    const realRoot = await realpath(root).catch(() => null);
    const path = await realpath(isAbsolute(given) ? given : join(root, given)).catch(() => null);
    if (realRoot === null || path === null) continue;
    if (!isBelow(realRoot, path)) {
      outside = true;
      continue;
    }
    const info = await stat(path);
    if (info.isFile() || info.isDirectory()) {
      return { path, size: info.size, kind: info.isFile() ? 'file' : 'directory' };
    }
    throw new DarkroomError('asset_path_forbidden', `"${given}" is neither a file nor a directory`);
  }
  // Clients must not learn what exists outside the roots.
  if (outside || isAbsolute(given) || given.split('/').includes('..')) {
    throw new DarkroomError(
      'asset_path_forbidden',
      `"${given}" does not exist or is outside the input directories of this server, which the operator sets with DARKROOM_INPUT_ROOTS`,
    );
  }
  throw new DarkroomError(
    'asset_not_found',
    `There is no "${given}" in the input directories of this server`,
  );
}

/**
 * Checks that a client may use a path as an input file.
 *
 * @throws asset_not_found, asset_path_forbidden
 */
export async function checkInputFile(roots: readonly string[], given: string): Promise<void> {
  const { path, kind } = await resolveInput(roots, given);
  if (kind !== 'file') throw new DarkroomError('asset_not_found', `"${given}" is a directory, not a file`);
  await access(path, constants.R_OK).catch((cause: unknown) => {
    throw new DarkroomError('asset_path_forbidden', `This server cannot read "${given}"`, { cause });
  });
}

function isBelow(root: string, path: string): boolean {
  const rest = relative(root, path);
  return rest !== '..' && !rest.startsWith(`..${sep}`) && !isAbsolute(rest);
}
