/** The range of numbers that are neither of 8 nor of 16 bits. */
import type { InputFile } from '../../operation.ts';
import { decodeFile, notAnImage, type SourceImage } from '../image-source.ts';

/** How far floating-point numbers may lie outside 0 to 1, as sharpening leaves them. They are clipped. */
const OVERSHOOT = 0.1;

/** Interpretations of libvips with a range of their own for each depth: CIELAB and XYZ. It converts these. */
const ABSOLUTE = ['lab', 'labs', 'xyz'];

const clip = (sample: number): number => Math.min(65_535, Math.max(0, Math.round(sample * 65_535)));

/**
 * Returns how to convert the samples of a picture to 0 to 65,535; null if libvips knows it. Floating-point numbers count as encoded colours from 0
 * to 1, as in ImageMagick: TIFF does not say what they mean.
 *
 * @throws `asset_not_an_image` for signed numbers, and for floating-point numbers beyond that range.
 */
export async function sampleScale(
  input: InputFile,
  { file, header }: SourceImage,
): Promise<((sample: number) => number) | null> {
  const { depth, space } = header;
  if (depth === 'uchar' || depth === 'ushort' || ABSOLUTE.includes(space)) return null;
  const refuse = (is: string) => notAnImage(input, `${is}; save it with unsigned integers of 8 or 16 bits`);
  if (space === 'cmyk') throw refuse('has CMYK colours with 32 bits per channel');
  if (depth === 'uint') return (sample) => sample / 65_537;
  if (depth !== 'float' && depth !== 'double')
    throw refuse('has signed numbers, whose black and white are unknown');
  const { channels } = await decodeFile(file, { ignoreIcc: true, maxPixels: false }).stats();
  for (const { min, max, sum } of channels) {
    if (!Number.isFinite(sum)) throw refuse('has numbers that are infinite or undefined (NaN)');
    if (min >= -OVERSHOOT && max <= 1 + OVERSHOOT) continue;
    throw refuse(`has floating-point numbers from ${min} to ${max}, and only 0 to 1 can be shown`);
  }
  return clip;
}
