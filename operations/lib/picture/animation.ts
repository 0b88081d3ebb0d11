/** Works on each frame of an animation, and joins them. */
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import type { InputFile } from '../../operation.ts';
import { assetError, MAX_PIXELS, type SourceImage, tooManyPixelsError } from '../image-source.ts';
import { declarePixels } from '../picture-process/pixels.ts';
import type { Encoding } from './encode-picture.ts';
import type { Frames } from './frames-param.ts';
import { readPartialFrame } from './gif-frame.ts';
import { type Picture, withPicture } from './open-picture.ts';

/** Returns how many frames the result has. */
export function countFrames({ header, pages }: SourceImage, frames: Frames): number {
  const all = header.delay === undefined ? 1 : pages.count;
  return frames === 'all' ? all : frames === 'first' ? 1 : Math.min(frames, all);
}

/** Durations and repetitions of the first frames of an animation. */
export const readTiming = (
  { header: { delay = [], loop = 0 } }: SourceImage,
  frames: number,
): NonNullable<Encoding['animation']> => ({ delay: delay.slice(0, frames), loop });

const CHANNELS = 4;

/**
 * @param work - Transforms one frame.
 * @returns The frames below each other, as sharp reads animations, and the height of a frame in pixels.
 * @throws `operation_failed` or `asset_too_many_pixels`.
 */
export async function transformFrames(
  input: InputFile,
  source: SourceImage,
  { frames, scratch }: { frames: number; scratch: string },
  work: (frame: Picture) => Promise<Sharp>,
): Promise<Sharp> {
  const { width, height, header, format } = source;
  if ((header.orientation ?? 1) !== 1)
    throw assetError(
      'operation_failed',
      input,
      'is an animation with an EXIF orientation; choose frames "first"',
    );
  if (format === 'gif' && (await readPartialFrame(input.path, header)))
    throw assetError(
      'operation_failed',
      input,
      'has a first frame that is smaller than its canvas; choose frames "first"',
    );
  const tall = { width, height: height * frames };
  if (width * tall.height > MAX_PIXELS) throw tooManyPixelsError(input, MAX_PIXELS, tall);
  declarePixels('source', tall);
  const bytes = width * height * CHANNELS;
  return withPicture(input, { scratch: join(scratch, 'frames'), frames, source }, async (picture) => {
    const pixels = await picture.image.ensureAlpha().raw().toBuffer();
    const results: Buffer[] = [];
    let size = { width, height };
    for (let frame = 0; frame < frames; frame++) {
      const part = pixels.subarray(frame * bytes, (frame + 1) * bytes);
      const image = sharp(part, { raw: { width, height, channels: CHANNELS } });
      const result = await work({ ...picture, image });
      const { data, info } = await result.ensureAlpha().raw().toBuffer({ resolveWithObject: true });
      results.push(data);
      size = info;
    }
    const raw = {
      width: size.width,
      height: size.height * frames,
      channels: CHANNELS,
      pageHeight: size.height,
    } as const;
    return sharp(Buffer.concat(results), { raw, limitInputPixels: MAX_PIXELS });
  });
}
