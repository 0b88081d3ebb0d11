/** image.metadata: header fields, EXIF data and visual features of pictures, to search, sort and find duplicates. */
import { eachPicture } from '../lib/each-picture.ts';
import { gatherAs } from '../lib/gather.ts';
import { IMAGE_ENGINE, IMAGE_TYPES, MAX_PIXELS } from '../lib/image-source.ts';
import { type StageRecord, writeRecords } from '../lib/records.ts';
import { defineOperation, type StageContext } from '../operation.ts';
import { type Params, params } from './params.ts';
import { type PictureFacts, task } from './picture.ts';

interface Identity extends StageRecord {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
}

type Description = Identity & PictureFacts;

export const imageMetadata = defineOperation({
  name: 'image.metadata',
  title: 'Describe pictures',
  description:
    'Returns header fields (format, size in pixels, colours, pages), EXIF data and visual features (palette, perceptual hash, sharpness) ' +
    `of each asset as JSON. Reads JPEG, PNG, WebP, AVIF, HEIC, GIF and TIFF, up to ${Math.floor(MAX_PIXELS / 1e6)} million pixels; of animations ` +
    'and multi-page files, the first frame or page.',
  params,
  inputs: { min: 1, max: 10_000, media: IMAGE_TYPES },
  result: 'json',
  outputs: ['application/json'],
  deterministic: true,
  engine: IMAGE_ENGINE,
  stages: [
    { name: 'describe', title: 'Describe', capability: 'cpu', perAsset: true, run: describeAll },
    gatherAs('assets'),
  ],
});

async function describeAll(context: StageContext<Params>): Promise<void> {
  const descriptions = await eachPicture(
    context,
    task,
    async ({ index, name, size }, facts): Promise<Description> => ({ index, name, size, ...facts }),
  );
  await writeRecords(context.workspace, descriptions);
}
