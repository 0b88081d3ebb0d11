/** Prepares one photograph for the engine: oriented, resized, with the EXIF data of its lens. */
import { join } from 'node:path';
import { assetError, openImage, type SourceImage } from '../lib/image-source.ts';
import { pictureTask } from '../lib/picture-process/task.ts';
import { onPicture } from '../lib/picture-work.ts';
import { type Size, writeResizedCopy } from '../lib/resized-copy.ts';
import type { InputFile } from '../operation.ts';
import { type Lens, readLens, toSensorExif } from './lens.ts';
import type { ReconstructParams } from './params.ts';

/** Pixels of the longer side. A smaller photograph has too few features. */
const MIN_SIDE = 200;
const JPEG_QUALITY = 94;

/** Pixels of the longer side of the prepared photographs. */
const sides: Readonly<Record<ReconstructParams['quality'], number>> = { low: 1000, medium: 1600, high: 2400 };

/** File name of the prepared photograph. */
export const PHOTOGRAPH = 'photograph.jpg';

export interface Photograph extends Size {
  readonly lens: Lens;
}

/** Writes a copy for the engine. Throws `asset_too_small`, or the errors of `writeResizedCopy`. */
export const task = pictureTask(
  import.meta.url,
  onPicture(async (input, { quality }: ReconstructParams, { folder, note }): Promise<Photograph> => {
    const source = await openPhotograph(input);
    const lens = readLens(source.header.exif);
    const shared = { side: sides[quality], format: 'jpeg', quality: JPEG_QUALITY, source, note } as const;
    const options = { ...shared, exif: toSensorExif(lens) };
    return { ...(await writeResizedCopy(input, options, join(folder, PHOTOGRAPH))), lens };
  }),
);

/** @throws `asset_too_small`, or the errors of `openImage`. */
async function openPhotograph(input: InputFile): Promise<SourceImage> {
  const source = await openImage(input);
  const { width, height } = source;
  if (Math.max(width, height) < MIN_SIDE) {
    const predicate = `is too small (${width} × ${height} pixels): its longer side needs at least ${MIN_SIDE}`;
    throw assetError('asset_too_small', input, predicate);
  }
  return source;
}
