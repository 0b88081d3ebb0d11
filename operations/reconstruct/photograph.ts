/** Prepares one photograph for the engine: oriented, resized, with the EXIF data of its lens. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { assetError, openImage } from '../lib/image-source.ts';
import { writeResizedCopy } from '../lib/resized-copy.ts';
import type { InputFile } from '../operation.ts';
import { type Lens, readLens, toSensorExif } from './lens.ts';

/** Pixels of the longer side. A smaller photograph has too few features. */
const MIN_SIDE = 200;
const JPEG_QUALITY = 94;

/**
 * Writes `images/NUMBER.jpg`, of at most `side` pixels, and its description `photos/NUMBER.json` to the workspace.
 *
 * @throws `asset_too_small`, the errors of `writeResizedCopy`, or the signal's reason.
 */
export async function preparePhotograph(
  input: InputFile,
  side: number,
  workspace: string,
  signal: AbortSignal,
): Promise<void> {
  const { index, name } = input;
  const number = String(index).padStart(5, '0');
  const file = `${number}.jpg`;
  for (const folder of ['images', 'photos']) await mkdir(join(workspace, folder), { recursive: true });
  const lens = await readLensOf(input);
  const options = { side, format: 'jpeg', quality: JPEG_QUALITY, exif: toSensorExif(lens) } as const;
  const size = await writeResizedCopy(input, options, join(workspace, 'images', file), signal);
  const description = JSON.stringify({ index, name, file, ...size, lens });
  await writeFile(join(workspace, 'photos', `${number}.json`), description);
}

/** @throws `asset_too_small`, or the errors of `openImage`. */
async function readLensOf(input: InputFile): Promise<Lens> {
  const { header, width, height } = await openImage(input);
  if (Math.max(width, height) < MIN_SIDE) {
    const predicate = `is too small (${width} × ${height} pixels): its longer side needs at least ${MIN_SIDE}`;
    throw assetError('asset_too_small', input, predicate);
  }
  return readLens(header.exif);
}
