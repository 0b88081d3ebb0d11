/** Writes the resized copies of one asset in a gallery. */
import { join } from 'node:path';
import { readAssetExif } from '../image-metadata/asset-exif.ts';
import type { ExifFacts } from '../image-metadata/exif.ts';
import { headerFacts } from '../image-metadata/header.ts';
import { openImage } from '../lib/image-source.ts';
import { noteDroppedMetadata } from '../lib/picture/dropped-metadata.ts';
import { pictureTask } from '../lib/picture-process/task.ts';
import { onPicture } from '../lib/picture-work.ts';
import { type Size, writeResizedCopy } from '../lib/resized-copy.ts';
import type { Entry } from './entry.ts';
import type { Params } from './params.ts';

/** File names of the copies. */
export const IMAGE = 'image';
export const THUMBNAIL = 'thumbnail';

export interface PictureFacts extends Pick<Entry, 'media_type' | 'width' | 'height'> {
  readonly exif: ExifFacts | null;
  /** Format of the large picture. */
  readonly format: 'jpeg' | 'webp';
  readonly small: Size;
  /** Null with `as: json`. */
  readonly large: Size | null;
}

export const task = pictureTask(
  import.meta.url,
  onPicture(async (input, params: Params, { folder, note }): Promise<PictureFacts> => {
    const source = await openImage(input);
    const { media_type, width, height, alpha } = headerFacts(source);
    const read = params.exif === 'none' ? null : readAssetExif(source).exif;
    const format = params.format === 'auto' ? (alpha ? 'webp' : 'jpeg') : params.format;
    const { max_side, quality, metadata } = params;
    const asked = quality === undefined ? {} : { quality };
    const options = { side: max_side, format, metadata, source, note, ...asked };
    const image = join(folder, IMAGE);
    const large = params.as === 'json' ? null : await writeResizedCopy(input, options, image);
    if (large) noteDroppedMetadata(input, source.header, { format, metadata }, note);
    const from = large ? { ...input, path: image } : input;
    const thumbnail = { side: params.thumbnail, format: 'webp', ...(large ? {} : { source, note }) } as const;
    const small = await writeResizedCopy(from, thumbnail, join(folder, THUMBNAIL));
    return { media_type, width, height, exif: read ?? null, format, small, large };
  }),
);
