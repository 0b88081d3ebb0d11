/** image.srcset: the pictures of a responsive image in several widths and formats, and their `srcset`. */
import { rename, writeFile } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { eachPicture } from '../lib/each-picture.ts';
import { IMAGE_ENGINE, IMAGE_TYPES, MAX_PIXELS } from '../lib/image-source.ts';
import { encoders } from '../lib/picture/output-formats.ts';
import { readRecords, writeRecords } from '../lib/records.ts';
import { defineOperation, type StageContext } from '../operation.ts';
import { buildEntry, type ResponsiveImage } from './entry.ts';
import { type Params, params } from './params.ts';
import { resultName, task } from './picture.ts';

export const imageSrcset = defineOperation({
  name: 'image.srcset',
  title: 'Responsive pictures with srcset',
  description:
    'Writes each asset in several widths and formats, and `srcset.json` with what the HTML elements `picture` and `img` need. Pictures are ' +
    'oriented by EXIF, never enlarged, and have no metadata. Reads JPEG, PNG, WebP, AVIF, HEIC, GIF and TIFF, up to ' +
    `${Math.floor(MAX_PIXELS / 1e6)} million pixels; of animations and multi-page files, the first frame or page.`,
  params,
  inputs: { min: 1, max: 10_000, media: IMAGE_TYPES },
  result: 'files',
  outputs: ['image/*', 'application/json'],
  deterministic: true,
  engine: IMAGE_ENGINE,
  stages: [
    { name: 'pictures', title: 'Pictures', capability: 'cpu', perAsset: true, run: makePictures },
    { name: 'srcset', title: 'srcset.json', capability: 'io', needsInputs: false, run: writeSrcset },
  ],
});

async function makePictures(context: StageContext<Params>): Promise<void> {
  const { params, outputs, workspace } = context;
  const entries = await eachPicture(context, task, async (input, sizes, folder): Promise<ResponsiveImage> => {
    const files = [];
    for (const size of sizes)
      for (const format of params.formats) {
        const name = `${parse(input.name).name}-${size.width}${encoders[format].extension}`;
        const created = await outputs.create(name, input);
        await rename(join(folder, resultName(size, format)), created.path);
        files.push({ ...size, format, name: created.name });
      }
    return buildEntry(input, files, params);
  });
  await writeRecords(workspace, entries);
}

async function writeSrcset({ workspace, outputs, signal }: StageContext<Params>): Promise<void> {
  const images: ResponsiveImage[] = [];
  for await (const image of readRecords<ResponsiveImage>(workspace)) images.push(image);
  const { path } = await outputs.create('srcset.json');
  await writeFile(path, `${JSON.stringify({ images }, null, 2)}\n`, { signal });
}
