/** Writes one transformed picture, in one pass of libvips. */
import type { Sharp } from 'sharp';
import { childTask } from '../lib/child-task.ts';
import { writePicture } from '../lib/picture/encode-picture.ts';
import { type Picture, withPicture } from '../lib/picture/open-picture.ts';
import type { InputFile } from '../operation.ts';
import type { Format, Params } from './params.ts';

interface PictureInput {
  readonly input: InputFile;
  readonly params: Params;
  readonly format: Format;
  /** Path of the result. */
  readonly output: string;
}

export const task = childTask(
  import.meta.url,
  async ({ input, params, format, output }: PictureInput): Promise<void> => {
    const { metadata, quality } = params;
    const colours = metadata === 'strip' ? 'srgb' : 'own';
    await withPicture(input, { scratch: output, colours }, async (picture) => {
      const image = await buildPipeline(picture, params, format);
      await writePicture(image, picture, { format, quality, metadata }, output);
    });
  },
);

/** The order of the steps lets libvips shrink JPEG and WebP while decoding. */
async function buildPipeline(picture: Picture, params: Params, format: Format): Promise<Sharp> {
  const { rotate, width, height, fit, position, enlarge } = params;
  const background = await picture.colours.convert(params.background);
  let result = picture.image.autoOrient();
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
  return format === 'jpeg' ? result.flatten({ background }) : result;
}
