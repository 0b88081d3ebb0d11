/** Writes one transformed picture, in one pass of libvips. */
import type { Sharp } from 'sharp';
import { childTask } from '../lib/child-task.ts';
import { openImage, type SourceImage } from '../lib/image-source.ts';
import type { InputFile } from '../operation.ts';
import { encoders } from './formats.ts';
import type { Format, Params } from './params.ts';

interface PictureInput {
  readonly input: InputFile;
  readonly params: Params;
  readonly format: Format;
  /** Path of the result. */
  readonly output: string;
}

/** sharp's default of 4 takes four times as long, for files that are no smaller and 0.2 dB better. */
const AVIF_EFFORT = 3;

export const task = childTask(
  import.meta.url,
  async ({ input, params, format, output }: PictureInput): Promise<void> => {
    await buildPipeline(await openImage(input), params, format).toFile(output);
  },
);

/** The order of the steps lets libvips shrink JPEG and WebP while decoding. */
function buildPipeline({ image }: SourceImage, params: Params, format: Format): Sharp {
  const { rotate, width, height, fit, position, enlarge, background, quality, metadata } = params;
  let result = image.autoOrient();
  if (rotate !== 0) result = result.rotate(rotate);
  if (width !== undefined || height !== undefined) {
    // With one side there is no box to fit: with `fill`, sharp would leave the other side unchanged.
    const box = width !== undefined && height !== undefined;
    result = result.resize({
      width,
      height,
      fit: box ? fit : 'inside',
      position,
      background,
      withoutEnlargement: !enlarge,
    });
  }
  if (format === 'jpeg') result = result.flatten({ background });
  if (metadata === 'keep') result = result.keepMetadata();
  return result.toFormat(format, {
    ...(encoders[format].quality && quality !== undefined ? { quality } : {}),
    ...(format === 'avif' ? { effort: AVIF_EFFORT } : {}),
  });
}
