/** image.transform: resizes, rotates and converts pictures. */
import { rename } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { eachPicture } from '../lib/each-picture.ts';
import { IMAGE_ENGINE, IMAGE_TYPES, MAX_PIXELS } from '../lib/image-source.ts';
import { encoders } from '../lib/picture/output-formats.ts';
import { defineOperation, type StageContext } from '../operation.ts';
import { type Params, params } from './params.ts';
import { RESULT, task } from './picture.ts';

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
  outputs: ['image/*'],
  deterministic: true,
  engine: IMAGE_ENGINE,
  stages: [{ name: 'transform', title: 'Transform', capability: 'cpu', perAsset: true, run: transformAll }],
});

async function transformAll(context: StageContext<Params>): Promise<void> {
  await eachPicture(context, task, async (input, { format }, folder) => {
    const name = parse(input.name).name + encoders[format].extension;
    const { path } = await context.outputs.create(name, input);
    await rename(join(folder, RESULT), path);
  });
}
