/** Writes one transformed picture, in one pass of libvips. */
import { join } from 'node:path';
import type { Sharp } from 'sharp';
import { DarkroomError } from '../../src/errors.ts';
import { openImage, toDecodeError } from '../lib/image-source.ts';
import { noteDroppedMetadata } from '../lib/picture/dropped-metadata.ts';
import { writePicture } from '../lib/picture/encode-picture.ts';
import { listKept } from '../lib/picture/metadata-choice.ts';
import { type Picture, withPicture } from '../lib/picture/open-picture.ts';
import { declarePixels } from '../lib/picture-process/pixels.ts';
import { pictureTask } from '../lib/picture-process/task.ts';
import { onPicture } from '../lib/picture-work.ts';
import { keepFormat } from './formats.ts';
import type { Format, Params } from './params.ts';
import { checkSize, computeSize } from './size.ts';

/** File name of the result. */
export const RESULT = 'result';

export const task = pictureTask(
  import.meta.url,
  onPicture(async (input, params: Params, { folder, note }): Promise<{ format: Format }> => {
    const source = await openImage(input);
    const format = params.format === 'keep' ? keepFormat(source) : params.format;
    checkSize(input, source, params, format);
    declarePixels('result', computeSize(source, params));
    const { metadata, quality } = params;
    const colours = listKept(metadata).has('profile') ? 'own' : 'srgb';
    const output = join(folder, RESULT);
    try {
      await withPicture(input, { scratch: output, colours }, async (picture) => {
        const image = await buildPipeline(picture, params, format);
        await writePicture(image, picture, { format, quality, metadata }, output);
      });
    } catch (error) {
      throw error instanceof DarkroomError ? error : toDecodeError(input, error);
    }
    noteDroppedMetadata(input, source.header, { format, metadata }, note);
    return { format };
  }),
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
