/** Assets that are named by their directory: a path with a slash at its end stands for all photographs in it. */

import type { ApiDependencies } from '../../api/context.ts';
import { DarkroomError } from '../../errors.ts';
import { invalidRequest } from '../../jobs/validation/invalid-request.ts';

interface NamedAsset extends Record<string, unknown> {
  readonly source: { readonly path: string };
}

/** Returns true if an asset of an unvalidated request names a directory. */
export const namesDirectories = (request: unknown): boolean => assetsOf(request).some(isDirectory);

/** The form of a request that is compared, which does not depend on the content of its directories. */
export const namesOf = (request: unknown): string => JSON.stringify(assetsOf(request));

/**
 * Returns the request with an asset for each photograph, and notes about other files of the directories. The other fields of
 * a directory apply to each of its photographs.
 *
 * @throws invalid_request, which names the directory that cannot be used
 */
export async function withPhotographs<Request>(
  request: Request,
  photographs: (directory: string) => ReturnType<ApiDependencies['photographs']>,
): Promise<{ request: Request; notes: readonly string[] }> {
  const assets: unknown[] = [];
  const notes: string[] = [];
  for (const [index, asset] of assetsOf(request).entries()) {
    if (!isDirectory(asset)) assets.push(asset);
    else {
      for (const own of ['name', 'checksum'])
        if (own in asset)
          throw invalidRequest([
            { pointer: `/assets/${index}/${own}`, detail: 'is for one file, and this is a directory' },
          ]);
      const found = await photographs(asset.source.path).catch((error: unknown) => {
        if (!(error instanceof DarkroomError)) throw error;
        throw invalidRequest([{ pointer: `/assets/${index}/source/path`, detail: error.message }]);
      });
      notes.push(...found.notes);
      assets.push(...found.paths.map((path) => ({ ...asset, source: { path } })));
    }
  }
  return { request: { ...request, assets }, notes };
}

function assetsOf(request: unknown): readonly unknown[] {
  const assets = typeof request === 'object' && request !== null && 'assets' in request ? request.assets : [];
  return Array.isArray(assets) ? assets : [];
}

function isDirectory(asset: unknown): asset is NamedAsset {
  const { source } = (asset ?? {}) as { source?: { path?: unknown } };
  return typeof source?.path === 'string' && source.path.endsWith('/');
}
