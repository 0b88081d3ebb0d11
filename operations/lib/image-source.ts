/** Opening assets as pictures, safely: the one way in which operations hand files of strangers to libvips. */
import { readFile } from 'node:fs/promises';
import sharp, { type FailOnOptions, type Metadata, type Sharp } from 'sharp';
import { DarkroomError, type ErrorCode, type ErrorDetails } from '../../src/errors.ts';
import { isDiskFull, workerDiskFull } from '../../src/lib/disk-full.ts';
import type { InputFile } from '../operation.ts';
import { findAvifDamage } from './formats/avif-damage.ts';
import { classifyDamage, type Damage, isUnsupported } from './formats/damage.ts';
import { copyTiffExif } from './formats/exif-copy.ts';
import { findExcessMeta } from './formats/heif-meta.ts';
import { type Inspection, inspectFile } from './formats/inspect.ts';
import type { PictureFile } from './formats/picture-file.ts';
import { type PictureSet, toFrames, toPages } from './formats/picture-set.ts';
import { findExcessMetadata, MAX_METADATA_BYTES } from './formats/png-metadata.ts';
import { explainUnreadable, type Format } from './formats/signature.ts';
import type { PageChoice } from './formats/tiff.ts';
import { TiffFile } from './formats/tiff-file.ts';
import { readWholeXmp } from './picture/whole-xmp.ts';
import { declarePixels } from './picture-process/pixels.ts';

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

/*
 * Only the decoders of the documented formats. SVG is decoded from memory alone: the labels of contact sheets are drawn so.
 * VIPS is the format of temporary files.
 */
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: [
    ...['Jpeg', 'Png', 'Webp', 'Heif', 'Nsgif', 'Tiff', 'Vips', 'SvgBuffer'].map(
      (format) => `VipsForeignLoad${format}`,
    ),
  ],
});

/** Blocks all decoders in this process: a worker leaves pictures to its picture processes. */
export const forbidDecoding = (): void => void sharp.block({ operation: ['VipsForeignLoad'] });

/**
 * Pixels that a picture may have: 16,383 × 16,383, the limit of WebP and what libvips is usually run with. Cameras end at
 * about 200 million. The header shows it before anything is decoded. Files made to this limit (1.5 to 23 MB) took at their
 * worst, by peak RSS: 0.2 GB as PNG, 0.9 GB as progressive JPEG, 1.2 GB as interlaced PNG, 2.3 GB with 16 bits.
 */
export const MAX_PIXELS = 0x3fff ** 2;

const mediaTypes: Readonly<Record<Format, string>> = {
  jpeg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  heif: 'image/avif',
  gif: 'image/gif',
  tiff: 'image/tiff',
};

/** Media types of the pictures that operations read, apart from camera raw. */
export const IMAGE_TYPES = [...new Set(Object.values(mediaTypes)), 'image/heic'];

/** With what pictures are read and made; kept with each result. */
export const IMAGE_ENGINE = { sharp: sharp.versions.sharp ?? 'unknown', libvips: sharp.versions.vips };

/** How libvips opens an asset. */
export interface SourceFile extends Pick<Inspection, 'page' | 'subDirectory'> {
  readonly failOn: FailOnOptions;
  /** The path, or the bytes if libvips would misread the path. */
  readonly content: string | Buffer;
  /** Frames to read, below each other. Default 1. */
  readonly frames?: number | undefined;
}

export interface SourceImage {
  /** Not turned yet, and only its first page or frame. Use `withPicture` for pixels: their colours are not settled yet. */
  readonly image: Sharp;
  readonly header: Metadata;
  readonly file: SourceFile;
  /** By content. `heif` is AVIF, the one kind of it that can be read here. */
  readonly format: Format;
  /** Media type of the asset. */
  readonly mediaType: string;
  /** Pixels, once the orientation of its EXIF data is applied. */
  readonly width: number;
  readonly height: number;
  /** Frames, pages or pictures of the file. Masks and smaller copies of TIFF do not count. */
  readonly pages: PictureSet;
}

/**
 * Opens a picture, and reads only its header. Of a TIFF file whose first directory is a thumbnail, the first full-size one
 * is opened. Pass what fails later, while pixels are read, through `toDecodeError`.
 *
 * @param maxPixels - More than MAX_PIXELS only where the picture is never held in memory as a whole.
 * @param choice - Which directory of a TIFF file to open.
 * @throws `asset_not_an_image`, `asset_corrupt`, `asset_metadata_too_large` or `asset_too_many_pixels`, which name the asset;
 * `operation_failed` if the file does not have the page that was chosen.
 */
export async function openImage(
  input: PictureFile,
  maxPixels: number = MAX_PIXELS,
  choice: PageChoice = 'first',
): Promise<SourceImage> {
  const inspected = await inspectFile(input.path, choice);
  if ('refused' in inspected) throw notAnImage(input, inspected.refused);
  if ('raw' in inspected)
    throw notAnImage(input, explainUnreadable(`a camera raw file (${inspected.raw.kind})`));
  const { format, failOn, isHevc, page, subDirectory, damage, layout, pages } = inspected.picture;
  const count = format === 'tiff' ? (pages?.count ?? 1) : null;
  if (typeof choice === 'number' && choice > 0 && choice >= (count ?? 1))
    throw noSuchPage(input, choice, count);
  if (damage && input.accept !== 'all') throw damagedError(input, damage, 'truncated');

  const excess =
    format === 'png'
      ? findExcessMetadata(input.path)
      : format === 'heif'
        ? await findExcessMeta(input.path)
        : null;
  if (excess) throw tooMuchMetadata(input, excess);

  const content = await toContent(input.path, inspected.picture);
  const severity = input.accept === 'all' ? 'none' : input.accept ? 'error' : failOn;
  const source: SourceFile = { content, failOn: severity, page, subDirectory };
  const { file, header: read } = await readHeader(source).catch(async (error: unknown) => {
    if (layout) throw notAnImage(input, explainUnreadable(layout), error);
    const why = format === 'heif' ? await findAvifDamage(input.path) : null;
    throw why ? damagedError(input, why, 'contents', error) : toDecodeError(input, error);
  });
  const header = { ...read, ...(await readMetadata(input, { format, file, xmp: read.xmp })) };
  if (header.format !== format) throw notAnImage(input, 'is in a format that is not accepted here');
  const profile = header.icc?.length ?? 0;
  if (profile > MAX_METADATA_BYTES) throw tooMuchMetadata(input, `its colour profile has ${profile} bytes`);
  if (isHevc) throw notAnImage(input, explainUnreadable('a HEIC picture'));
  const { width, height } = header.autoOrient;
  declarePixels('source', { width, height });
  if (width * height > maxPixels) throw tooManyPixelsError(input, maxPixels, { width, height });
  const mediaType = input.original?.mediaType ?? mediaTypes[format];
  const image = decodeFile(file, { maxPixels });
  const counted = header.delay === undefined ? toPages(header.pages ?? 1) : toFrames(header.pages ?? 1);
  const all = input.original?.pages ?? pages ?? counted;
  return { image, header, file, format, mediaType, width, height, pages: all };
}

/** Returns the path of a file; its bytes if libvips would not open it by the path. */
export async function toContent(
  path: string,
  { brand }: Pick<Inspection, 'brand'>,
): Promise<string | Buffer> {
  // libvips takes "[…]" at the end of a path for options of its decoder.
  if (!brand && !path.endsWith(']')) return path;
  const bytes = await readFile(path);
  if (brand) bytes.write(brand, 8, 'latin1');
  return bytes;
}

/** Reads metadata that libvips does not find in the file. */
async function readMetadata(
  { path, original }: PictureFile,
  { format, file, xmp }: Pick<SourceImage, 'format' | 'file'> & Pick<Metadata, 'xmp'>,
): Promise<Pick<Metadata, 'exif' | 'xmp' | 'iptc'>> {
  if (original?.metadata) return original.metadata;
  if (format === 'jpeg' && xmp) return { xmp: await readWholeXmp(path, xmp) };
  if (format !== 'tiff') return {};
  const exif = await TiffFile.use(path, (tiff) => {
    const [first] = tiff?.directories ?? [];
    const directory = tiff?.find(file) ?? first;
    // Cameras and programs describe the photograph in the first directory.
    const about = directory?.has('exifDirectory') ? directory : first;
    return tiff && about ? copyTiffExif(tiff, about) : null;
  });
  return exif ? { exif } : {};
}

/** Reads the header of a picture; of a HEIF file with several, of the primary one. */
export async function readHeader(file: SourceFile): Promise<{ file: SourceFile; header: Metadata }> {
  const header = await decodeFile(file, { maxPixels: false }).metadata();
  const page = header.pagePrimary ?? 0;
  if (page === file.page || page === 0) return { file, header };
  return readHeader({ ...file, page });
}

/**
 * Opens a file whose kind is known: an asset, or the path of a temporary file. `ignoreIcc`: leave the numbers as they are,
 * instead of converting them to sRGB.
 */
export function decodeFile(
  file: SourceFile | string,
  {
    maxPixels = MAX_PIXELS,
    ignoreIcc = false,
  }: { maxPixels?: number | false | undefined; ignoreIcc?: boolean },
): Sharp {
  const {
    content,
    failOn,
    page,
    subDirectory,
    frames = 1,
  } = typeof file === 'string'
    ? { content: file, failOn: 'error' as const, page: 0, subDirectory: -1, frames: 1 }
    : file;
  const limits = { unlimited: false, limitInputPixels: maxPixels };
  return sharp(content, {
    failOn,
    page,
    pages: frames,
    tiff: { subifd: subDirectory },
    ignoreIcc,
    ...limits,
  });
}

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

/** Converts what libvips threw while it read an asset and wrote a result: to an error about the asset, where it is one. */
export function toDecodeError(input: InputFile, error: unknown): unknown {
  if (isDiskFull(error)) return workerDiskFull(error);
  if (!(error instanceof Error) || !isOfDecoder(error)) return error;
  const text = error.message;
  // The result could not be written: no fault of the asset. An encoder that runs out of pixels says "unable to write" too.
  if (/unable to open for write|write error/.test(text)) return error;
  if (/exceeds pixel limit/.test(text)) return tooManyPixelsError(input, MAX_PIXELS);
  if (isUnsupported(text))
    return notAnImage(input, explainUnreadable('a picture in a layout or compression'), error);
  const [damage, why] = classifyDamage(text);
  return damagedError(input, why, damage, error);
}

/** Whether a decoder threw it, and not Node or this program: a missing module is no fault of the asset. */
const isOfDecoder = (error: Error): boolean =>
  !('code' in error) && /^Error(: |\n)/.test(error.stack ?? '') && !/^E[A-Z0-9]+: /.test(error.message);

/** @param is - Completes "it …". */
export const notAnImage = (input: InputFile, is: string, cause?: unknown): DarkroomError =>
  assetError('asset_not_an_image', input, `is not an image that can be used: it ${is}`, { cause });

export const damagedError = (input: InputFile, why: string, damage: Damage, cause?: unknown): DarkroomError =>
  assetError('asset_corrupt', input, `is damaged: ${why}`, { details: { damage }, cause });

function noSuchPage(input: InputFile, page: number, pages: number | null): DarkroomError {
  const has =
    pages === null
      ? 'is not a TIFF file, which alone has pages'
      : `has ${pages} page${pages === 1 ? '' : 's'}`;
  const details = { parameter: 'page', page, pages: pages ?? 1 };
  return assetError('operation_failed', input, `${has}: there is no page ${page}, counted from 0`, {
    details,
  });
}

const tooMuchMetadata = (input: InputFile, excess: string): DarkroomError =>
  assetError(
    'asset_metadata_too_large',
    input,
    `has too much metadata: ${excess}; remove what is not needed`,
  );

export function tooManyPixelsError(
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
