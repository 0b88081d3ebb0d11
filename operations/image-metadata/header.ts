/** Header fields of a picture. Reads no pixels. */
import type { Metadata } from 'sharp';
import type { PictureSet } from '../lib/formats/picture-set.ts';
import type { SourceImage } from '../lib/image-source.ts';
import { iccName } from './icc-name.ts';

/** Bits of a channel, by the name that libvips has for how it is stored. */
const bits: Readonly<Record<string, number>> = {
  uchar: 8,
  char: 8,
  ushort: 16,
  short: 16,
  uint: 32,
  int: 32,
  float: 32,
  double: 64,
};

/** By content, whatever the name of the asset says. */
export interface HeaderFacts {
  readonly media_type: string;
  /** Pixels, upright. */
  readonly width: number;
  readonly height: number;
  /** Pixels, as they are stored. */
  readonly stored: { readonly width: number; readonly height: number };
  /** 1 to 8, of EXIF; null when the picture does not say. */
  readonly orientation: number | null;
  /** Name of libvips: srgb, b-w, cmyk, rgb16, … */
  readonly colour_space: string;
  readonly channels: number;
  /** Bits of a channel, once decoded. */
  readonly depth: number | null;
  readonly alpha: boolean;
  /** Name of the colour profile. */
  readonly icc_profile: string | null;
  /** Pixels per inch. */
  readonly density: number | null;
  readonly progressive: boolean;
  /** Pages or frames. */
  readonly pages: number;
  /** Loop 0: without end. Null for loop and duration: unknown, as of AVIF. */
  readonly animation: {
    readonly frames: number;
    readonly loop: number | null;
    readonly duration_ms: number | null;
  } | null;
}

export function headerFacts({ mediaType, width, height, header, pages }: SourceImage): HeaderFacts {
  return {
    media_type: mediaType,
    width,
    height,
    stored: { width: header.width, height: header.height },
    orientation: header.orientation ?? null,
    colour_space: header.space,
    channels: header.channels,
    depth: bits[header.depth] ?? null,
    alpha: header.hasAlpha,
    icc_profile: header.icc ? iccName(header.icc) : null,
    density: header.density ?? null,
    progressive: header.isProgressive,
    pages: Math.max(pages.count, header.pages ?? 1),
    animation: readAnimation(header, pages),
  };
}

function readAnimation(
  { delay, loop = 0 }: Metadata,
  { count, kind, animation }: PictureSet,
): HeaderFacts['animation'] {
  if (count === 1 || kind === 'pages') return null;
  return { frames: count, ...(animation ?? { loop, duration_ms: total(delay ?? []) }) };
}

const total = (delays: readonly number[]): number => delays.reduce((sum, delay) => sum + delay, 0);
