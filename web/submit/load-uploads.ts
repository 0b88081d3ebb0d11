import type { Darkroom, RequestView } from '../../src/client/client.ts';

/** More bytes than this are not loaded for a form. */
const MAX_BYTES = 200_000_000;

/** Returns the files that were uploaded with a job; fewer if they are large, or the server does not have them any more. */
export async function loadUploads(
  client: Darkroom,
  id: string,
  { assets }: RequestView,
  signal: AbortSignal,
): Promise<readonly File[]> {
  const files: File[] = [];
  let bytes = 0;
  for (const [index, { name, source }] of assets.shown.entries()) {
    if (!('upload' in source)) continue;
    bytes += source.upload.size;
    if (bytes > MAX_BYTES) break;
    try {
      const blob = await (await client.asset(id, index, { signal })).blob();
      files.push(new File([blob], name ?? `file-${index}`, { type: blob.type }));
    } catch (error) {
      if (signal.aborted) throw error;
      break;
    }
  }
  return files;
}
