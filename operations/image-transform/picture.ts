/** Writes one transformed picture, in one pass of libvips unless it is cropped, trimmed, mirrored or turned by any angle. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sharp } from 'sharp';
import { DarkroomError } from '../../src/errors.ts';
import { assetError, MAX_PIXELS, openImage, toDecodeError } from '../lib/image-source.ts';
import { countFrames, readTiming, transformFrames } from '../lib/picture/animation.ts';
import { noteDroppedMetadata } from '../lib/picture/dropped-metadata.ts';
import { type Encoding, encodeImage, writePicture } from '../lib/picture/encode-picture.ts';
import { noteLeftOut } from '../lib/picture/left-out.ts';
import { listKept } from '../lib/picture/metadata-choice.ts';
import { type Picture, withPicture } from '../lib/picture/open-picture.ts';
import { keepFormat, type OutputFormat } from '../lib/picture/output-formats.ts';
import { declarePixels } from '../lib/picture-process/pixels.ts';
import { pictureTask } from '../lib/picture-process/task.ts';
import { onPicture } from '../lib/picture-work.ts';
import type { InputFile } from '../operation.ts';
import { writeWithin } from './byte-limit.ts';
import { applyEffects, changesColours } from './effects.ts';
import { hasSteps, placePicture, saveStep } from './geometry.ts';
import type { Params } from './params.ts';
import { resize } from './resize.ts';
import { checkSize, computeSize, isRightAngle, turnSize } from './size.ts';

/** File name of the result. */
export const RESULT = 'result';

export const task = pictureTask(
  import.meta.url,
  onPicture(
    async (input, params: Params, context): Promise<{ format: OutputFormat }> => {
      const { page } = params;
      const source = await openImage(input, MAX_PIXELS, page);
      const used = countFrames(source, params.frames);
      const format = params.format === 'keep' ? keepFormat(source, used) : params.format;
      if (params.lossless && format === 'jpeg')
        throw assetError('operation_failed', input, 'would become JPEG, which is never lossless');
      const predicted = turnSize(params.crop ?? source, isRightAngle(params.rotate) ? params.rotate : 0);
      if (params.trim === undefined) checkSize(input, predicted, params, format);
      declarePixels('result', hasSteps(params) ? source : computeSize(predicted, params));
      const colours = listKept(params.metadata).has('profile') && !changesColours(params) ? 'own' : 'srgb';
      const folder = join(context.folder, 'steps');
      const output = join(context.folder, RESULT);
      try {
        await mkdir(folder);
        const work = { input, params, format, folder };
        if (used === 1) {
          await withPicture(input, { scratch: output, colours, source }, (picture) =>
            writeStill({ ...work, picture }, output),
          );
        } else {
          const options = { frames: used, scratch: folder };
          const image = await transformFrames(input, source, options, async (picture) =>
            transform({ ...work, picture }),
          );
          const animation = readTiming(source, used);
          await encodeImage(image, { ...toEncoding(params, format), animation }).toFile(output);
        }
      } catch (error) {
        throw error instanceof DarkroomError ? error : toDecodeError(input, error);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
      noteLeftOut(input, source, used, context.note, page);
      noteDroppedMetadata(input, source.header, { format, metadata: params.metadata }, context.note);
      return { format };
    },
    ({ page }) => page,
  ),
);

interface Work {
  readonly input: InputFile;
  readonly picture: Picture;
  readonly params: Params;
  readonly format: OutputFormat;
  /** For working copies. */
  readonly folder: string;
}

async function transform({ input, picture, params, format, folder }: Work): Promise<Sharp> {
  const background = await picture.colours.convert(params.background);
  const placed = await placePicture(input, picture, params, { background, folder });
  const isPlaced = hasSteps(params);
  const size = isPlaced ? placed : turnSize(placed, params.rotate);
  checkSize(input, size, params, format);
  const result = computeSize(size, params);
  // A result with a limit of bytes is encoded up to eight times.
  declarePixels('result', { ...result, height: result.height * (params.max_bytes === undefined ? 1 : 2) });
  // This order lets libvips shrink JPEG and WebP while decoding.
  let image = isPlaced ? placed.image : placed.image.autoOrient();
  if (!isPlaced && params.rotate % 360 !== 0) image = image.rotate(params.rotate);
  image = applyEffects(resize(image, size, params, background), params);
  return format === 'jpeg' || params.flatten ? image.flatten({ background }) : image;
}

async function writeStill(work: Work, output: string): Promise<void> {
  const { input, picture, params, format, folder } = work;
  const image = await transform(work);
  const encoding = toEncoding(params, format);
  const { max_bytes } = params;
  if (max_bytes === undefined) return void (await writePicture(image, picture, encoding, output));
  const limit = max_bytes === 'input' ? input.size : max_bytes;
  const { image: decoded } = await saveStep(image, picture, join(folder, 'result.v'));
  return writeWithin(input, decoded, picture, encoding, { path: output, limit });
}

const toEncoding = (params: Params, format: OutputFormat): Encoding => ({
  format,
  quality: params.quality,
  metadata: params.metadata,
  progressive: params.progressive,
  lossless: params.lossless,
  palette: params.palette,
  chromaSubsampling: params.chroma_subsampling,
});
