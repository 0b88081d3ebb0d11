/** Opening assets as pictures, safely: the one way in which operations hand files of strangers to libvips. */
import { open, readFile } from 'node:fs/promises';
import sharp, { type Metadata, type Sharp } from 'sharp';
import { DarkroomError, type ErrorCode, type ErrorDetails } from '../../src/errors.ts';
import { isDiskFull, workerDiskFull } from '../../src/lib/disk-full.ts';
import type { InputFile } from '../operation.ts';
import { detectFileKind, HEAD_BYTES } from './image-kind.ts';

/*
 * libvips may spread one picture over several threads, and keeps what it has opened. A worker has a picture for each
 * of its cores, so neither helps. 12 MP JPEG to 1600 px WebP on 2 cores, pictures a second:
 *
 *                        one at a time   two at a time   peak RSS of two
 *   1 thread, cache           2.3             4.7            246 MB
 *   2 threads, cache          2.6             4.7            268 MB
 *   1 thread, no cache        2.2             4.2            223 MB
 *
 * The differences at two at a time are within the noise of the machine. The cache also goes by path, so that it would
 * answer with the old picture when a file was replaced.
 */
sharp.concurrency(1);
sharp.cache(false);

/**
 * Pixels that a picture may have: 16,383 × 16,383, the limit of WebP and what libvips is usually run with. Cameras end at
 * about 200 million. The header tells before anything is decoded. Files made to this limit (1.5 to 23 MB) took at their
 * worst, by peak RSS: 0.2 GB as PNG, 0.9 GB as progressive JPEG, 1.2 GB as interlaced PNG, 2.3 GB with 16 bits.
 */
export const MAX_PIXELS = 0x3fff ** 2;

/** What `openImage` reads, by the names of its kinds. */
export const IMAGE_TYPES = ['image/jpeg', 'image/png', 'image/webp', 'image/avif', 'image/gif', 'image/tiff'];

/** With what pictures are read and made; kept with each result. */
export const IMAGE_ENGINE = { sharp: sharp.versions.sharp ?? 'unknown', libvips: sharp.versions.vips };

const formats = ['jpeg', 'png', 'webp', 'gif', 'tiff', 'heif'] as const;

export interface SourceImage {
  /** Not turned yet, and only its first page or frame. Use `withPicture` for pixels: their colours are not settled yet. */
  readonly image: Sharp;
  readonly header: Metadata;
  /** Opens the asset again. */
  readonly open: (options: DecodeOptions) => Sharp;
  /** By content. `heif` is AVIF, the one kind of it that can be read here. */
  readonly format: (typeof formats)[number];
  /** Pixels, once the orientation of its EXIF data is applied. */
  readonly width: number;
  readonly height: number;
}

/**
 * Reads the header only. Throws `asset_not_an_image`, `asset_corrupt` or `asset_too_many_pixels`, which name the asset;
 * what goes wrong when the pixels are read belongs through `decodeFailure`. More than MAX_PIXELS are for those who never
 * hold all of them.
 */
export async function openImage(input: InputFile, maxPixels: number = MAX_PIXELS): Promise<SourceImage> {
  const kind = detectFileKind(await readHead(input.path));
  if (!kind.picture) throw assetError('asset_not_an_image', input, notAnImage(kind.is));

  // libvips takes "[…]" at the end of a path for options of its decoder.
  const file = input.path.endsWith(']') ? await readFile(input.path) : input.path;
  const header = await readMetadata(input, decodeFile(file, { maxPixels: false }));
  const format = formats.find((known) => known === header.format);
  if (!format)
    throw assetError('asset_not_an_image', input, notAnImage('is in a format that is not accepted here'));
  if (header.compression === 'hevc') {
    throw assetError(
      'asset_not_an_image',
      input,
      'is a HEIC picture, which this server cannot read; convert it to JPEG',
    );
  }
  const { width, height } = header.autoOrient;
  if (width * height > maxPixels) throw tooManyPixelsError(input, maxPixels, { width, height });
  const openAgain = (options: DecodeOptions) => decodeFile(file, options);
  return { image: openAgain({ maxPixels }), header, open: openAgain, format, width, height };
}

export interface DecodeOptions {
  /** Default MAX_PIXELS. */
  readonly maxPixels?: number | false | undefined;
  /** Leave the numbers as they are, instead of converting them to sRGB. Default false. */
  readonly ignoreIcc?: boolean;
}

/** Opens a file whose kind is known. */
export const decodeFile = (
  file: string | Buffer,
  { maxPixels = MAX_PIXELS, ignoreIcc = false }: DecodeOptions,
): Sharp => sharp(file, { failOn: 'error', unlimited: false, limitInputPixels: maxPixels, ignoreIcc });

/** An error about one asset: `Asset 1 ("cat.jpg") …`, counted from 0 as in `details`. */
export function assetError(
  code: ErrorCode,
  { index, name }: InputFile,
  predicate: string,
  more: { details?: ErrorDetails; cause?: unknown } = {},
): DarkroomError {
  const details = { asset: name, index, ...more.details };
  return new DarkroomError(code, `Asset ${index} ("${name}") ${predicate}`, {
    details,
    cause: more.cause,
  });
}

/** What libvips threw while it read an asset and wrote a result, as an error for users where it is theirs. */
export function toDecodeError(input: InputFile, error: unknown): unknown {
  const text = error instanceof Error ? error.message : '';
  if (isDiskFull(error)) return workerDiskFull(error);
  // The result could not be written: no fault of the asset. An encoder that runs out of pixels says "unable to write" too.
  if (/unable to open for write|write error/.test(text)) return error;
  if (/exceeds pixel limit/.test(text)) return tooManyPixelsError(input, MAX_PIXELS);
  const why = /premature end|unexpected end|end of file|bad seek|truncated|read error/i.test(text)
    ? 'it ends too early, as if it had been cut off on its way'
    : 'its contents cannot be decoded';
  return assetError('asset_corrupt', input, `is damaged: ${why}`, { cause: error });
}

const notAnImage = (is: string): string => `is not an image that can be used: it ${is}`;

function tooManyPixelsError(
  input: InputFile,
  most: number,
  size?: { width: number; height: number },
): DarkroomError {
  const found = size ? ` (${size.width} × ${size.height})` : '';
  const predicate = `has too many pixels${found}: at most ${most} are allowed`;
  return assetError('asset_too_many_pixels', input, predicate, {
    details: { ...size, max_pixels: most },
  });
}

async function readHead(path: string): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

async function readMetadata(input: InputFile, image: Sharp): Promise<Metadata> {
  try {
    return await image.metadata();
  } catch (error) {
    throw toDecodeError(input, error);
  }
}
