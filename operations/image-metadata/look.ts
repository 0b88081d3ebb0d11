/** What can be said of a picture by looking at a small copy of it. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { reduce } from '../lib/reduction.ts';
import type { InputFile } from '../operation.ts';
import { type PaletteColour, paletteOf } from './palette.ts';
import { PHASH_SIDE, phashOf } from './phash.ts';
import { sharpnessOf } from './sharpness.ts';

/** Pixels of the longer side. Sharpness is measured at this size, so that pictures can be compared. */
const LOOK_SIDE = 512;
const PALETTE_SIDE = 128;
const PALETTE_COLOURS = 5;

export type LookPart = 'palette' | 'phash' | 'sharpness';

export interface Look {
  readonly palette?: readonly PaletteColour[];
  /** 16 hexadecimal digits. */
  readonly phash?: string;
  readonly sharpness?: number;
}

/** `workspace`: for a draft, which is gone afterwards. */
export async function lookAt(
  input: InputFile,
  parts: ReadonlySet<LookPart>,
  workspace: string,
  signal: AbortSignal,
): Promise<Look> {
  const draft = join(workspace, 'draft.png');
  const size = await reduce(input, { side: LOOK_SIDE, format: 'png' }, draft, signal);
  try {
    return {
      ...(parts.has('palette') ? { palette: paletteOf(await colours(draft), PALETTE_COLOURS) } : {}),
      ...(parts.has('phash')
        ? { phash: phashOf(await grey(draft, { width: PHASH_SIDE, height: PHASH_SIDE })) }
        : {}),
      ...(parts.has('sharpness')
        ? { sharpness: sharpnessOf(await grey(draft, size), size.width, size.height) }
        : {}),
    };
  } finally {
    await rm(draft, { force: true });
  }
}

const colours = (path: string): Promise<Buffer> =>
  sharp(path)
    .resize({ width: PALETTE_SIDE, height: PALETTE_SIDE, fit: 'inside', withoutEnlargement: true })
    .toColourspace('srgb')
    .ensureAlpha()
    .raw()
    .toBuffer();

const grey = (path: string, { width, height }: { width: number; height: number }): Promise<Buffer> =>
  sharp(path)
    .flatten({ background: '#ffffff' })
    .resize({ width, height, fit: 'fill' })
    .toColourspace('b-w')
    .raw()
    .toBuffer();
