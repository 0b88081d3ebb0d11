/** Random access to regions of a large picture, with constant memory. */
import { stat } from 'node:fs/promises';
import sharp, { type Sharp } from 'sharp';
import { assetError, MAX_PIXELS, openImage, toDecodeError } from '../lib/image-source.ts';
import type { InputFile } from '../operation.ts';
import type { Rect, Size } from './plane.ts';
import { isTiled } from './tiff-tiles.ts';

/**
 * Maximum pixels of a picture that can be decoded sequentially or by tiles. Without tiles, a copy takes 3 bytes per pixel on disk.
 */
export const MAX_SLIDE_PIXELS = 1e9;

const COPY_TILE = 256;

/** Interval of progress reports while the copy is written. */
const REPORT_MS = 250;

/** The stored picture, before EXIF orientation: sRGB, 8 bits per channel, on white. */
export interface Slide extends Size {
  /** 1 to 8, of its EXIF data. */
  readonly orientation: number;
  read(rect: Rect): Promise<Uint8Array>;
  /** Reads the whole picture, resized to at most `side` pixels. */
  readResized(side: number): Promise<Size & { readonly data: Uint8Array }>;
}

/**
 * Opens a picture. Formats other than tiled TIFF only allow sequential reading, so they are onCopy to tiled TIFF.
 *
 * @param copy - Path for the copy.
 * @param onCopy - Called with the progress of the copy, 0 to 1.
 * @throws The errors of `openImage`, and `asset_corrupt`.
 */
export async function openSlide(
  input: InputFile,
  copy: string,
  onCopy: (fraction: number) => void,
): Promise<Slide> {
  const source = await openImage(input, MAX_SLIDE_PIXELS);
  const header = await source.image.metadata();
  const { width, height, orientation = 1 } = header;
  const isSequential = source.format === 'tiff' || source.format === 'jpeg' || source.format === 'png';
  if ((!isSequential || header.isProgressive) && width * height > MAX_PIXELS) {
    const kind = header.isProgressive
      ? `progressive ${source.format.toUpperCase()}`
      : source.format.toUpperCase();
    const predicate = `has too many pixels (${width} × ${height}): at most ${MAX_PIXELS} are allowed as ${kind}; save it as tiled TIFF`;
    throw assetError('asset_too_many_pixels', input, predicate, {
      details: { width, height, max_pixels: MAX_PIXELS },
    });
  }
  const withDecodeErrors = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw toDecodeError(input, error);
    }
  };
  const tiled = source.format === 'tiff' && (await isTiled(input.path));
  if (!tiled) await withDecodeErrors(() => writeCopy(plain(source.image), copy, width * height * 3, onCopy));
  const open = tiled
    ? () => plain(source.image.clone())
    : () => sharp(copy, { limitInputPixels: MAX_SLIDE_PIXELS });
  return {
    width,
    height,
    orientation,
    read: (rect) => withDecodeErrors(() => open().extract(rect).raw().toBuffer()),
    readResized: (side) =>
      withDecodeErrors(async () => {
        const box = { width: side, height: side, fit: 'inside', withoutEnlargement: true } as const;
        const { data, info } = await open().resize(box).raw().toBuffer({ resolveWithObject: true });
        return { data, width: info.width, height: info.height };
      }),
  };
}

const plain = (image: Sharp): Sharp => image.flatten({ background: '#ffffff' }).toColourspace('srgb');

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
