/** Random access to regions of a large picture, with constant memory. */
import { rm, stat } from 'node:fs/promises';
import type { Sharp } from 'sharp';
import { assetError, decodeFile, MAX_PIXELS, type SourceImage, toDecodeError } from '../lib/image-source.ts';
import { describeLeftOut } from '../lib/picture/left-out.ts';
import { type Picture, withPicture } from '../lib/picture/open-picture.ts';
import type { InputFile } from '../operation.ts';
import type { Note } from './assessment.ts';
import type { Rect, Rgba, Size } from './plane.ts';
import { unsuitable } from './radius-range.ts';
import { notTiff, readTiffDetails, type SlideDetails, scaleOfDensity } from './slide-scale.ts';

/**
 * Maximum pixels of a picture that can be decoded sequentially or by tiles. Without tiles, a copy takes 3 bytes per pixel on disk.
 */
export const MAX_SLIDE_PIXELS = 1e9;

const COPY_TILE = 256;

/** Interval of progress reports while the copy is written. */
const REPORT_MS = 250;

/** Difference of the sides of a pixel from which on its scale is no longer one number. */
const SQUARE = 0.01;

/** The stored picture, before EXIF orientation: sRGB with alpha, 8 bits per channel. */
export interface Slide extends Size {
  /** 1 to 8, of its EXIF data. */
  readonly orientation: number;
  /** Page of the file, from 0. */
  readonly page: number;
  /** Sub-directory (SubIFD) of the page, from 0; null if the page itself is the picture. */
  readonly subifd: number | null;
  /** As stated in the file. */
  readonly micronsPerPixel: number | null;
  readonly notes: readonly Note[];
  read(rect: Rect): Promise<Rgba>;
  /** Reads the whole picture on white, resized to at most `side` pixels; 3 bytes per pixel. */
  readResized(side: number): Promise<Size & { readonly data: Uint8Array }>;
}

/**
 * Opens the largest picture of a file, passes it to `use`, and deletes the temporary files. Formats other than tiled TIFF only allow sequential
 * reading, so they are copied to tiled TIFF.
 *
 * @param scratch - Path for temporary files, which get this name and an extension.
 * @param onCopy - Called with the progress of the copy, 0 to 1.
 * @throws The errors of `openImage`, `asset_corrupt`, and `asset_unsuitable` for pictures without three colour channels.
 */
export const withSlide = async <T>(
  input: InputFile,
  scratch: string,
  onCopy: (fraction: number) => void,
  use: (slide: Slide) => Promise<T>,
): Promise<T> =>
  withPicture(input, { scratch, maxPixels: MAX_SLIDE_PIXELS, choice: 'largest' }, async (picture) => {
    refuseLayout(picture, input);
    const copy = `${scratch}.tif`;
    try {
      const { page, subDirectory } = picture.file;
      const details =
        picture.format === 'tiff'
          ? await readTiffDetails(input.path, page, subDirectory)
          : notTiff(scaleOfDensity(picture.header.density));
      const hasRegions = details.tiled || !picture.isDirect;
      const regions = await openRegions(picture, hasRegions ? null : copy, input, onCopy);
      return await use({ ...describe(input, picture, details), ...regions });
    } finally {
      await rm(copy, { force: true });
    }
  });

function refuseLayout({ format, header }: SourceImage, input: InputFile): void {
  const { width, height, space, channels = 3, isProgressive } = header;
  if (space === 'b-w' || space === 'grey16' || channels < 3)
    throw unsuitable(
      input,
      'has one channel: stains cannot be distinguished in a grey picture, and fluorescence is not supported',
    );
  if (space === 'multiband' || (channels > 4 && space !== 'cmyk'))
    throw unsuitable(input, `has ${channels} channels: only pictures in colour (RGB) are supported`);
  const isSequential = format === 'tiff' || format === 'jpeg' || format === 'png';
  if ((isSequential && !isProgressive) || width * height <= MAX_PIXELS) return;
  const kind = `${isProgressive ? 'progressive ' : ''}${format.toUpperCase()}`;
  const predicate = `has too many pixels (${width} × ${height}): at most ${MAX_PIXELS} are allowed as ${kind}; save it as tiled TIFF`;
  throw assetError('asset_too_many_pixels', input, predicate, {
    details: { width, height, max_pixels: MAX_PIXELS },
  });
}

function describe(
  input: InputFile,
  { file, header, format, pages: frames }: Picture,
  { micronsPerPixel, aspect, pages, samePages, others }: SlideDetails,
) {
  const { width, height, orientation = 1 } = header;
  const { page, subDirectory } = file;
  const notes: Note[] = [];
  const taken = `Page ${page} (from 0) of ${pages} was taken`;
  if (samePages > 1)
    notes.push({
      code: 'page_chosen',
      message: `${taken}: ${samePages} pages have this size, such as focal planes.`,
    });
  else if (page > 0) notes.push({ code: 'page_chosen', message: `${taken}: it is the largest.` });
  if (others > 0)
    notes.push({
      code: 'pages_left_out',
      message: `"${input.name}" has ${others + 1} pictures; only the largest of them is in the result`,
    });
  const leftOut = format === 'tiff' ? null : describeLeftOut(input, { pages: frames }, 1);
  if (leftOut) notes.push(leftOut);
  if (Math.abs(aspect - 1) > SQUARE)
    notes.push({
      code: 'pixels_not_square',
      message: 'The pixels are not square. Radii in µm hold for their width.',
    });
  const subifd = subDirectory < 0 ? null : subDirectory;
  return { width, height, orientation, page, subifd, micronsPerPixel, notes };
}

/** @param copy - Where to write the copy; null if regions can be read without one. */
async function openRegions(
  { image, header }: Picture,
  copy: string | null,
  input: InputFile,
  onCopy: (fraction: number) => void,
): Promise<Pick<Slide, 'read' | 'readResized'>> {
  const withDecodeErrors = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw toDecodeError(input, error);
    }
  };
  const bytes = header.width * header.height * 3;
  if (copy) await withDecodeErrors(() => writeCopy(image.toColourspace('srgb'), copy, bytes, onCopy));
  const open = (): Sharp =>
    copy ? decodeFile(copy, { maxPixels: MAX_SLIDE_PIXELS }) : image.clone().toColourspace('srgb');
  return {
    read: (rect) =>
      withDecodeErrors(async () => ({
        data: await open().extract(rect).ensureAlpha().raw().toBuffer(),
        width: rect.width,
        height: rect.height,
      })),
    readResized: (side) =>
      withDecodeErrors(async () => {
        const box = { width: side, height: side, fit: 'inside', withoutEnlargement: true } as const;
        const onWhite = open().flatten({ background: '#ffffff' });
        const { data, info } = await onWhite.resize(box).raw().toBuffer({ resolveWithObject: true });
        return { data, width: info.width, height: info.height };
      }),
  };
}

async function writeCopy(
  image: Sharp,
  path: string,
  bytes: number,
  onCopy: (fraction: number) => void,
): Promise<void> {
  const timer = setInterval(() => {
    stat(path).then(
      ({ size }) => onCopy(Math.min(1, size / bytes)),
      () => undefined,
    );
  }, REPORT_MS);
  try {
    const tiles = { tile: true, tileWidth: COPY_TILE, tileHeight: COPY_TILE } as const;
    await image.tiff({ ...tiles, compression: 'none', bigtiff: true }).toFile(path);
  } finally {
    clearInterval(timer);
  }
}
