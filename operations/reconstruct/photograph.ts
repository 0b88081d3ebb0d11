/** Prepares one photograph for the engine: oriented, resized, with the EXIF data of its lens. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Exif } from 'sharp';
import { type ExifFacts, readExif } from '../image-metadata/exif.ts';
import { assetError, openImage } from '../lib/image-source.ts';
import { writeResizedCopy } from '../lib/resized-copy.ts';
import type { InputFile } from '../operation.ts';

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
  const file = `images/${number}.jpg`;
  for (const folder of ['images', 'photos']) await mkdir(join(workspace, folder), { recursive: true });
  const exif = await readLens(input);
  const options = { side, format: 'jpeg', quality: JPEG_QUALITY, exif } as const;
  const size = await writeResizedCopy(input, options, join(workspace, file), signal);
  // Equal for photographs that may have been taken with one camera at one focal length.
  const lens = JSON.stringify(exif);
  const description = JSON.stringify({ index, name, file, ...size, lens });
  await writeFile(join(workspace, 'photos', `${number}.json`), description);
}

async function readLens(input: InputFile): Promise<Exif> {
  const { header, width, height } = await openImage(input);
  if (Math.max(width, height) < MIN_SIDE) {
    const predicate = `is too small (${width} × ${height} pixels): its longer side needs at least ${MIN_SIDE}`;
    throw assetError('asset_too_small', input, predicate);
  }
  return toLensExif(readExif(header.exif).exif ?? {});
}

/** Keeps only the EXIF data from which COLMAP derives the focal length in pixels. */
function toLensExif({ make, model, focal_length_mm, focal_length_35mm }: ExifFacts): Exif {
  return {
    IFD0: { ...(make === undefined ? {} : { Make: make }), ...(model === undefined ? {} : { Model: model }) },
    IFD2: {
      ...(focal_length_mm === undefined ? {} : { FocalLength: `${Math.round(focal_length_mm * 100)}/100` }),
      ...(focal_length_35mm === undefined
        ? {}
        : { FocalLengthIn35mmFilm: String(Math.round(focal_length_35mm)) }),
    },
  };
}
