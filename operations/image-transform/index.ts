/** image.transform: resizes, rotates and converts pictures. */
import { rename, rm } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { DarkroomError } from '../../src/errors.ts';
import { runInChildProcess } from '../lib/child-process.ts';
import { eachPicture } from '../lib/each-picture.ts';
import { IMAGE_ENGINE, IMAGE_TYPES, MAX_PIXELS, openImage, toDecodeError } from '../lib/image-source.ts';
import { noteDroppedMetadata } from '../lib/picture/dropped-metadata.ts';
import { defineOperation, type InputFile, type StageContext } from '../operation.ts';
import { encoders, keepFormat } from './formats.ts';
import { type Format, type Params, params } from './params.ts';
import { task } from './picture.ts';
import { checkSize, computeSize, type Size } from './size.ts';

/** Pixels, as `effort` counts them: a picture that takes more than one or two seconds is written by a child process. */
const MAX_EFFORT_IN_PROCESS = 50e6;

export const imageTransform = defineOperation({
  name: 'image.transform',
  title: 'Resize, rotate and convert pictures',
  description:
    'Writes one picture for each asset: oriented by EXIF, rotated, resized and converted, with 8 bits per channel. Reads JPEG, PNG, WebP, ' +
    `AVIF, HEIC, GIF and TIFF, detected by content, up to ${Math.floor(MAX_PIXELS / 1e6)} million pixels; of animations and multi-page files, ` +
    'the first frame or page. A result has the name of its asset with the extension of its format.',
  params,
  inputs: { min: 1, max: 10_000, media: IMAGE_TYPES },
  result: 'files',
  engine: IMAGE_ENGINE,
  stages: [{ name: 'transform', title: 'Transform', capability: 'cpu', perAsset: true, run: transformAll }],
});

async function transformAll(context: StageContext<Params>): Promise<void> {
  await eachPicture(context, (input) => transform(input, context));
}

async function transform(
  input: InputFile,
  { params, workspace, outputs, signal, note }: StageContext<Params>,
): Promise<void> {
  const source = await openImage(input);
  const format = params.format === 'keep' ? keepFormat(source) : params.format;
  checkSize(input, source, params, format);

  // Damaged pixels show only while they are decoded, and `outputs.create` promises a result.
  const draft = join(workspace, 'draft');
  try {
    const isSmall = effort(source, computeSize(source, params), format) <= MAX_EFFORT_IN_PROCESS;
    const picture = { input, params, format, output: draft };
    await (isSmall ? task.run(picture) : runInChildProcess(task, picture, signal));
  } catch (error) {
    await rm(draft, { force: true });
    signal.throwIfAborted();
    throw error instanceof DarkroomError ? error : toDecodeError(input, error);
  }
  const { path } = await outputs.create(parse(input.name).name + encoders[format].extension, input);
  await rename(draft, path);
  noteDroppedMetadata(input, source.header, { format, metadata: params.metadata }, note);
}

/** Roughly, in pixels to decode: about 25 million a second on one slow core. */
const effort = (source: Size, result: Size, format: Format): number =>
  source.width * source.height + result.width * result.height * encoders[format].effort;
