/** A picture that is looked at piece by piece, however large it is, in memory that does not grow with it. */
import { stat } from 'node:fs/promises';
import sharp, { type Sharp } from 'sharp';
import { assetError, MAX_PIXELS, openImage, toDecodeError } from '../lib/image-source.ts';
import type { InputFile } from '../operation.ts';
import type { Rect, Size } from './plane.ts';
import { isTiled } from './tiff-tiles.ts';

/**
 * Pixels of a picture that can be decoded from top to bottom, or is kept in tiles. The copy of what is not has 3 bytes a pixel on
 * disk.
 */
export const MAX_SLIDE_PIXELS = 1e9;

const COPY_TILE = 256;

/** Milliseconds between looks at how much of the copy is there. */
const LOOK_MS = 250;

/** As it is stored: not turned upright. Red, green and blue in sRGB, 8 bits each, white behind what is transparent. */
export interface Slide extends Size {
  /** 1 to 8, of its EXIF data. */
  readonly orientation: number;
  read(rect: Rect): Promise<Uint8Array>;
  /** All of it, smaller: at most `side` pixels on the longer side. */
  readResized(side: number): Promise<Size & { readonly data: Uint8Array }>;
}

/**
 * `copy`: where a copy in tiles may be written; formats other than tiled TIFF can be read only from top to bottom. `copied` is
 * told how much of it is there, from 0 to 1. Throws what `openImage` throws, and `asset_corrupt`.
 */
export async function openSlide(
  input: InputFile,
  copy: string,
  copied: (fraction: number) => void,
): Promise<Slide> {
  const source = await openImage(input, MAX_SLIDE_PIXELS);
  const header = await source.image.metadata();
  const { width, height, orientation = 1 } = header;
  const inOrder = source.format === 'tiff' || source.format === 'jpeg' || source.format === 'png';
  if ((!inOrder || header.isProgressive) && width * height > MAX_PIXELS) {
    const kind = header.isProgressive
      ? `progressive ${source.format.toUpperCase()}`
      : source.format.toUpperCase();
    const predicate = `has too many pixels (${width} × ${height}): at most ${MAX_PIXELS} are allowed as ${kind}; save it as tiled TIFF`;
    throw assetError('asset_too_many_pixels', input, predicate, {
      details: { width, height, max_pixels: MAX_PIXELS },
    });
  }
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw toDecodeError(input, error);
    }
  };
  const tiled = source.format === 'tiff' && (await isTiled(input.path));
  if (!tiled) await guarded(() => writeCopy(plain(source.image), copy, width * height * 3, copied));
  const open = tiled
    ? () => plain(source.image.clone())
    : () => sharp(copy, { limitInputPixels: MAX_SLIDE_PIXELS });
  return {
    width,
    height,
    orientation,
    read: (rect) => guarded(() => open().extract(rect).raw().toBuffer()),
    readResized: (side) =>
      guarded(async () => {
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
  copied: (fraction: number) => void,
): Promise<void> {
  const look = setInterval(() => {
    stat(path).then(
      ({ size }) => copied(Math.min(1, size / bytes)),
      () => undefined,
    );
  }, LOOK_MS);
  try {
    const tiles = { tile: true, tileWidth: COPY_TILE, tileHeight: COPY_TILE } as const;
    await image.tiff({ ...tiles, compression: 'none', bigtiff: true }).toFile(path);
  } finally {
    clearInterval(look);
  }
}
