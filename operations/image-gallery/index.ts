/** image.gallery: a static website of pictures, without scripts and without requests to other sites. */
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eachPicture } from '../lib/each-picture.ts';
import { IMAGE_ENGINE, IMAGE_TYPES, MAX_PIXELS } from '../lib/image-source.ts';
import { readRecords, writeRecords } from '../lib/records.ts';
import { defineOperation, type StageContext } from '../operation.ts';
import { writeArchive } from './archive.ts';
import type { Entry } from './entry.ts';
import { type Params, params } from './params.ts';
import { task } from './picture.ts';
import { keepPictures, PACKED } from './pictures.ts';
import { buildSite, type SiteFile } from './site.ts';

export const imageGallery = defineOperation({
  name: 'image.gallery',
  title: 'Gallery',
  description:
    'Builds a website of all assets: pages of thumbnails, a page for each picture with its attributes, a map when locations are ' +
    'known, and data.json. It works from a local folder, contains no script and loads nothing from other sites. Pictures are oriented by ' +
    'EXIF, resized, and stripped of metadata by default. Reads JPEG, PNG, WebP, AVIF, HEIC, GIF and TIFF, up to ' +
    `${Math.floor(MAX_PIXELS / 1e6)} million pixels; of animations and multi-page files, the first frame or page.`,
  params,
  inputs: { min: 1, max: 10_000, media: IMAGE_TYPES },
  result: 'files',
  deterministic: true,
  engine: IMAGE_ENGINE,
  stages: [
    { name: 'pictures', title: 'Pictures', capability: 'cpu', perAsset: true, run: makePictures },
    { name: 'pages', title: 'Pages', capability: 'io', needsInputs: false, run: makePages },
  ],
});

async function makePictures(context: StageContext<Params>): Promise<void> {
  const entries = await eachPicture(context, task, (input, facts, folder) =>
    keepPictures(input, facts, folder, context),
  );
  await writeRecords(context.workspace, entries);
}

async function makePages(context: StageContext<Params>): Promise<void> {
  context.signal.throwIfAborted();
  if (context.params.as === 'json') await writeData(context);
  else if (context.params.as === 'zip') await writeZip(context);
  else await writeWebsite(context);
  context.progress(1);
}

async function writeWebsite({
  params,
  workspace,
  outputs,
  inputs,
  signal,
  progress,
}: StageContext<Params>): Promise<void> {
  const assets = new Map(inputs.map((input) => [input.index, input]));
  let done = 0;
  for await (const { path, content, asset } of buildSite(params, workspace)) {
    signal.throwIfAborted();
    progress(Math.min(1, done++ / (inputs.length + 1)), path);
    const output = await outputs.create(path, asset === undefined ? undefined : assets.get(asset));
    await writeFile(output.path, content, { signal });
  }
}

async function writeZip({
  params,
  workspace,
  outputs,
  inputs,
  signal,
  progress,
}: StageContext<Params>): Promise<void> {
  const pictures = await listFiles(join(workspace, PACKED));
  const { path } = await outputs.create('gallery.zip');
  const total = inputs.length + pictures.length + 1;
  let done = 0;
  const onEntry = () => {
    signal.throwIfAborted();
    progress(Math.min(1, done++ / total));
  };
  const texts: AsyncIterable<SiteFile> = buildSite(params, workspace);
  await writeArchive(path, texts, join(workspace, PACKED), pictures, { signal, onEntry });
}

async function writeData({
  params: { title, description },
  workspace,
  outputs,
}: StageContext<Params>): Promise<void> {
  const entries: Entry[] = [];
  for await (const entry of readRecords<Entry>(workspace)) entries.push(entry);
  await outputs.json({ title, description, entries });
}

/** Lists the picture files, sorted, so that archives are reproducible. Empty when no asset was usable. */
async function listFiles(folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const kind of ['images', 'originals', 'thumbs']) {
    const names = await readdir(join(folder, kind)).catch((error: { code?: unknown }) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    });
    found.push(...names.sort().map((name) => `${kind}/${name}`));
  }
  return found;
}
