/** Finds an asset that is a file below an input root. Its bytes are read in place. */
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { DarkroomError } from '../src/errors.ts';
import { resolveInput } from '../src/inputs/path-input.ts';
import { rootsOf } from '../src/inputs/roots.ts';
import type { AssetInput } from '../src/jobs/model/run-input.ts';
import { hashFile } from '../src/lib/hash-file.ts';
import type { AssetBytes, AssetProblem } from './asset-source.ts';
import type { ActivityDependencies } from './dependencies.ts';

export async function findPathInput(
  { inputRoots, maxAssetBytes }: ActivityDependencies,
  given: string,
  asset: AssetInput,
  tenant: string,
  problem: AssetProblem,
): Promise<AssetBytes> {
  const resolve = async () => resolveInput(rootsOf(inputRoots, tenant), given);
  const { path, size, kind } = await resolve().catch((error: unknown) => {
    throw error instanceof DarkroomError
      ? problem(error.code, `was not found: ${error.message}`, error)
      : error;
  });
  await access(path, constants.R_OK).catch(() => {
    throw problem('asset_path_forbidden', 'cannot be read by this server');
  });
  if (kind !== 'file') throw problem('asset_not_found', 'is a directory, not a file');
  if (size > maxAssetBytes)
    throw problem('asset_too_large', `has ${size} bytes; this server takes at most ${maxAssetBytes}`);
  if (size === 0) throw problem('asset_empty', 'has no content');
  return { location: { path }, size, sha256: asset.checksum ? await hashFile(path) : null };
}
