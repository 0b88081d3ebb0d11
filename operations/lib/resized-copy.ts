/** Smaller copies of assets, to show or to compute with: oriented by EXIF, in sRGB with 8 bits per channel. */
import { rm } from 'node:fs/promises';
import sharp, { type Exif } from 'sharp';
import { DarkroomError } from '../../src/errors.ts';
import type { InputFile } from '../operation.ts';
import { runInChildProcess } from './child-process.ts';
import { childTask } from './child-task.ts';
import { openImage, toDecodeError } from './image-source.ts';
import { type Encoding, writePicture } from './picture/encode-picture.ts';
import { withPicture } from './picture/open-picture.ts';

/** A picture with more pixels may take longer than one or two seconds, so a child process resizes it. */
const MAX_PIXELS_IN_PROCESS = 40e6;

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
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * Writes the copy to `path`.
 *
 * @returns The size of the copy in pixels.
 * @throws The errors of `openImage`, `asset_corrupt`, or the signal's reason. Then no file is left at `path`.
 */
export async function writeResizedCopy(
  input: InputFile,
  options: CopyOptions,
  path: string,
  signal: AbortSignal,
): Promise<Size> {
  const { width, height } = await openImage(input);
  try {
    const copy = { input, options, path };
    const isSmall = width * height <= MAX_PIXELS_IN_PROCESS;
    await (isSmall ? task.run(copy) : runInChildProcess(task, copy, signal));
    const made = await sharp(path).metadata();
    return { width: made.width, height: made.height };
  } catch (error) {
    await rm(path, { force: true });
    signal.throwIfAborted();
    throw error instanceof DarkroomError ? error : toDecodeError(input, error);
  }
}

interface CopyInput {
  readonly input: InputFile;
  readonly options: CopyOptions;
  readonly path: string;
}

/** @public The child process runs it by this name. */
export const task = childTask(import.meta.url, async ({ input, options, path }: CopyInput) => {
  const { side, format, quality, background = '#ffffff', metadata, exif } = options;
  const colours = (metadata ?? 'strip') === 'strip' ? 'srgb' : 'own';
  await withPicture(input, { scratch: path, colours }, async (picture) => {
    let result = picture.image
      .autoOrient()
      .resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true });
    if (format === 'jpeg' || options.background !== undefined)
      result = result.flatten({ background: await picture.colours.convert(background) });
    if (exif !== undefined) result = result.withExif(exif);
    await writePicture(result, picture, { format, quality, metadata }, path);
  });
});
