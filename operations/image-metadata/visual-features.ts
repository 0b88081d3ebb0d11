/** Features of a picture that are computed from its pixels, on a small copy. */
import { join } from 'node:path';
import sharp from 'sharp';
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

/** Only the features that were requested. */
export interface VisualFeatures {
  readonly palette?: readonly PaletteColour[];
  /** 16 hexadecimal digits. */
  readonly phash?: string;
  readonly sharpness?: number;
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
    ...(requested.has('palette') ? { palette: computePalette(await readRgba(draft), PALETTE_COLOURS) } : {}),
    ...(requested.has('phash')
      ? { phash: computePhash(await readGrey(draft, { width: PHASH_SIDE, height: PHASH_SIDE })) }
      : {}),
    ...(requested.has('sharpness')
      ? { sharpness: computeSharpness(await readGrey(draft, size), size.width, size.height) }
      : {}),
  };
}

const readRgba = (path: string): Promise<Buffer> =>
  sharp(path)
    .resize({ width: PALETTE_SIDE, height: PALETTE_SIDE, fit: 'inside', withoutEnlargement: true })
    .toColourspace('srgb')
    .ensureAlpha()
    .raw()
    .toBuffer();

const readGrey = (path: string, { width, height }: { width: number; height: number }): Promise<Buffer> =>
  sharp(path)
    .flatten({ background: '#ffffff' })
    .resize({ width, height, fit: 'fill' })
    .toColourspace('b-w')
    .raw()
    .toBuffer();
