/** Formats of the pictures that operations write. */
import { MAX_PIXELS, type SourceImage } from '../image-source.ts';
import type { Encoding } from './encode-picture.ts';

export type OutputFormat = Encoding['format'];

/** Most pixels a side that image.transform takes in parameters, and that AVIF may have. */
export const MAX_SIDE = 16_384;

/** Output format of `format: keep` for each input format. */
const keptFormats: Readonly<Record<SourceImage['format'], OutputFormat>> = {
  jpeg: 'jpeg',
  png: 'png',
  webp: 'webp',
  heif: 'avif',
  gif: 'png',
  tiff: 'png',
};

/** Returns the format that `format: keep` means. Animated GIF stays GIF. HEIC, which is read from a PNG copy, becomes JPEG, or PNG with alpha. */
export const keepFormat = ({ format, mediaType, header }: SourceImage, frames: number): OutputFormat =>
  format === 'gif' && frames > 1
    ? 'gif'
    : mediaType === 'image/heic' && !header.hasAlpha
      ? 'jpeg'
      : keptFormats[format];

interface Encoder {
  readonly extension: string;
  /** Whether the parameter `quality` applies. */
  readonly quality: boolean;
  /** Pixels. */
  readonly maxSide: number;
}

export const encoders: Readonly<Record<OutputFormat, Encoder>> = {
  jpeg: { extension: '.jpg', quality: true, maxSide: 65_535 },
  // Given a quality, sharp would reduce PNG to a palette.
  png: { extension: '.png', quality: false, maxSide: MAX_PIXELS },
  webp: { extension: '.webp', quality: true, maxSide: 16_383 },
  gif: { extension: '.gif', quality: false, maxSide: 65_535 },
  avif: { extension: '.avif', quality: true, maxSide: MAX_SIDE },
};
