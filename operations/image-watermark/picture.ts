/** Puts the watermark over one picture. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sharp } from 'sharp';
import { DarkroomError } from '../../src/errors.ts';
import { assetError, openImage, toDecodeError } from '../lib/image-source.ts';
import { countFrames, readTiming, transformFrames } from '../lib/picture/animation.ts';
import { noteDroppedMetadata } from '../lib/picture/dropped-metadata.ts';
import { encodeImage, writePicture } from '../lib/picture/encode-picture.ts';
import { noteLeftOut } from '../lib/picture/left-out.ts';
import { type Picture, withPicture } from '../lib/picture/open-picture.ts';
import { encoders, keepFormat, type OutputFormat } from '../lib/picture/output-formats.ts';
import { declarePixels } from '../lib/picture-process/pixels.ts';
import { pictureTask } from '../lib/picture-process/task.ts';
import { onPicture } from '../lib/picture-work.ts';
import { renderMark } from './mark.ts';
import type { Params } from './params.ts';

/** File name of the result. */
export const RESULT = 'result';

/** Its second file is the overlay. */
export const task = pictureTask(
  import.meta.url,
  onPicture(async (input, params: Params, context): Promise<{ format: OutputFormat }> => {
    const [, overlay = ''] = context.files;
    const source = await openImage(input);
    const frames = countFrames(source, params.frames);
    const format = params.format === 'keep' ? keepFormat(source, frames) : params.format;
    const { maxSide } = encoders[format];
    if (Math.max(source.width, source.height) > maxSide)
      throw assetError('operation_failed', input, `has more than the ${maxSide} pixels a side of ${format}`);
    declarePixels('result', { width: source.width, height: 2 * source.height * frames });
    const folder = join(context.folder, 'steps');
    const output = join(context.folder, RESULT);
    const encoding = { format, quality: params.quality, metadata: params.metadata };
    try {
      await mkdir(folder);
      const mark = await renderMark(overlay, source, params, join(folder, 'mark.v'));
      const apply = ({ image, header }: Picture): Sharp => {
        const upright =
          format === 'jpeg' ? image.autoOrient().flatten({ background: '#ffffff' }) : image.autoOrient();
        const marked = upright.composite([mark]);
        return header.hasAlpha && format !== 'jpeg' ? marked : marked.removeAlpha();
      };
      if (frames === 1) {
        await withPicture(input, { scratch: output, source }, (picture) =>
          writePicture(apply(picture), picture, encoding, output),
        );
      } else {
        const image = await transformFrames(input, source, { frames, scratch: folder }, async (frame) =>
          apply(frame),
        );
        const animation = readTiming(source, frames);
        await encodeImage(image, { ...encoding, animation }).toFile(output);
      }
    } catch (error) {
      throw error instanceof DarkroomError ? error : toDecodeError(input, error);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
    noteLeftOut(input, source, frames, context.note);
    noteDroppedMetadata(input, source.header, encoding, context.note);
    return { format };
  }),
);
