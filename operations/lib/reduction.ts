/** Smaller copies of assets, to look at or to compute with: upright, in sRGB with 8 bits a channel, and killable. */
import { rm } from 'node:fs/promises';
import sharp, { type Exif } from 'sharp';
import { DarkroomError } from '../../src/errors.ts';
import type { InputFile } from '../operation.ts';
import { inProcessOfItsOwn } from './child-process.ts';
import { decodeFailure, openImage } from './image-source.ts';

/** A picture with more pixels may take longer than a second or two, and libvips cannot be interrupted. */
const MAX_PIXELS_IN_PROCESS = 40e6;

export interface Reduction {
  /** Pixels of the longer side, at most: nothing is blown up. */
  readonly side: number;
  readonly format: 'jpeg' | 'png' | 'webp';
  /** Of JPEG and WebP; 80 when left out. */
  readonly quality?: number;
  /** Behind transparent parts, #rrggbb. Left out they stay, and become white in JPEG. */
  readonly background?: string;
  /** EXIF, XMP and profiles; left out when this is. */
  readonly metadata?: 'keep' | 'strip';
  /** EXIF to write, in place of what the picture has. */
  readonly exif?: Exif;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * Writes the copy to `path` and returns its size in pixels. Throws what `openImage` throws, `asset_corrupt`, or the
 * signal's reason; then there is nothing at `path`.
 */
export async function reduce(
  input: InputFile,
  reduction: Reduction,
  path: string,
  signal: AbortSignal,
): Promise<Size> {
  const { width, height } = await openImage(input);
  try {
    if (width * height > MAX_PIXELS_IN_PROCESS) {
      await inProcessOfItsOwn('lib/reduction-child.js', { input, reduction, path }, signal);
    } else await writeReduction(input, reduction, path);
    const made = await sharp(path).metadata();
    return { width: made.width, height: made.height };
  } catch (error) {
    await rm(path, { force: true });
    signal.throwIfAborted();
    throw error instanceof DarkroomError ? error : decodeFailure(input, error);
  }
}

/** The work itself, here or in `reduction-process`. */
export async function writeReduction(input: InputFile, reduction: Reduction, path: string): Promise<void> {
  const { side, format, quality, background = '#ffffff', metadata, exif } = reduction;
  const { image } = await openImage(input);
  let result = image
    .autoOrient()
    .resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true });
  if (format === 'jpeg' || reduction.background !== undefined) result = result.flatten({ background });
  if (metadata === 'keep') result = result.keepMetadata();
  if (exif !== undefined) result = result.withExif(exif);
  // Given a quality, sharp would reduce PNG to a palette.
  const options = format === 'png' || quality === undefined ? {} : { quality };
  await result.toFormat(format, options).toFile(path);
}
