/** Features of a picture that are computed from its pixels, on a small copy. */
import { join } from 'node:path';
import sharp, { type OutputInfo } from 'sharp';
import { rgbaToThumbHash } from 'thumbhash';
import type { SourceImage } from '../lib/image-source.ts';
import { writeResizedCopy } from '../lib/resized-copy.ts';
import type { InputFile } from '../operation.ts';
import { computePalette, type PaletteColour } from './palette.ts';
import { computePhash, PHASH_SIDE } from './phash.ts';
import { computeSharpness } from './sharpness.ts';

/** Pixels of the longer side. Sharpness is computed at this size, so that pictures can be compared. */
const COPY_SIDE = 512;
const PALETTE_SIDE = 128;
const PALETTE_COLOURS = 5;
/** Most that ThumbHash takes. */
const THUMBHASH_SIDE = 100;

/** Only the features that were requested. */
export interface VisualFeatures {
  readonly palette?: readonly PaletteColour[];
  /** 16 hexadecimal digits. */
  readonly phash?: string;
  readonly sharpness?: number;
  /** Base64. */
  readonly thumbhash?: string;
}

export type VisualFeature = keyof VisualFeatures;

/**
 * @param folder - For a temporary copy.
 * @throws The errors of `writeResizedCopy`.
 */
export async function computeVisualFeatures(
  input: InputFile,
  source: SourceImage,
  requested: ReadonlySet<VisualFeature>,
  folder: string,
): Promise<VisualFeatures> {
  const draft = join(folder, 'draft.png');
  const size = await writeResizedCopy(input, { side: COPY_SIDE, format: 'png', source }, draft);
  return {
    ...(requested.has('palette')
      ? { palette: computePalette((await readRgba(draft, PALETTE_SIDE)).data, PALETTE_COLOURS) }
      : {}),
    ...(requested.has('phash')
      ? { phash: computePhash(await readGrey(draft, { width: PHASH_SIDE, height: PHASH_SIDE })) }
      : {}),
    ...(requested.has('sharpness')
      ? { sharpness: computeSharpness(await readGrey(draft, size), size.width, size.height) }
      : {}),
    ...(requested.has('thumbhash') ? { thumbhash: await computeThumbhash(draft) } : {}),
  };
}

async function computeThumbhash(path: string): Promise<string> {
  const { data, info } = await readRgba(path, THUMBHASH_SIDE);
  return Buffer.from(rgbaToThumbHash(info.width, info.height, data)).toString('base64');
}

const readRgba = (path: string, side: number): Promise<{ data: Buffer; info: OutputInfo }> =>
  sharp(path)
    .resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true })
    .toColourspace('srgb')
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });

const readGrey = (path: string, { width, height }: { width: number; height: number }): Promise<Buffer> =>
  sharp(path)
    .flatten({ background: '#ffffff' })
    .resize({ width, height, fit: 'fill' })
    .toColourspace('b-w')
    .raw()
    .toBuffer();
