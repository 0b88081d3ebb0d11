/** Smaller copies of assets, to show or to compute with: oriented by EXIF, in sRGB with 8 bits per channel. */
import type { Exif } from 'sharp';
import { DarkroomError } from '../../src/errors.ts';
import type { InputFile } from '../operation.ts';
import { type SourceImage, toDecodeError } from './image-source.ts';
import { type Encoding, writePicture } from './picture/encode-picture.ts';
import { noteLeftOut } from './picture/left-out.ts';
import { listKept } from './picture/metadata-choice.ts';
import { withPicture } from './picture/open-picture.ts';
import type { TaskContext } from './picture-process/task.ts';

export interface CopyOptions {
  /** Pixels of the longer side, at most. Smaller pictures are not enlarged. */
  readonly side: number;
  readonly format: 'jpeg' | 'png' | 'webp';
  /** Of JPEG and WebP. Default 80. */
  readonly quality?: number;
  /** Colour behind transparent parts, #rrggbb. Default: transparency stays, and becomes white in JPEG. */
  readonly background?: string;
  /** EXIF, XMP and profiles. Default `strip`. */
  readonly metadata?: Encoding['metadata'];
  /** EXIF data to write instead of the picture's own. */
  readonly exif?: Exif;
  /** What `openImage` returned for the asset, if it has been called. */
  readonly source?: SourceImage;
  /** Gets a note when the copy shows one of several frames or pages. */
  readonly note?: TaskContext['note'];
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * Writes the copy to `path`. Runs in a picture process.
 *
 * @returns The size of the copy in pixels.
 * @throws The errors of `openImage`, or `asset_corrupt`.
 */
export async function writeResizedCopy(input: InputFile, options: CopyOptions, path: string): Promise<Size> {
  const { side, format, quality, background = '#ffffff', metadata, exif, source, note } = options;
  const colours = listKept(metadata).has('profile') ? 'own' : 'srgb';
  try {
    const opened = source ? { source } : {};
    return await withPicture(input, { scratch: path, colours, ...opened }, async (picture) => {
      let result = picture.image
        .autoOrient()
        .resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true });
      if (format === 'jpeg' || options.background !== undefined)
        result = result.flatten({ background: await picture.colours.convert(background) });
      if (exif !== undefined) result = result.withExif(exif);
      if (note) noteLeftOut(input, picture, 1, note);
      const { width, height } = await writePicture(result, picture, { format, quality, metadata }, path);
      return { width, height };
    });
  } catch (error) {
    throw error instanceof DarkroomError ? error : toDecodeError(input, error);
  }
}
