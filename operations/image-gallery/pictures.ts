/** Writes the picture files of one asset, and returns its entry. */
import { constants } from 'node:fs';
import { copyFile, mkdir, rename } from 'node:fs/promises';
import { dirname, join, parse } from 'node:path';
import { readAssetExif } from '../image-metadata/asset-exif.ts';
import type { ExifFacts } from '../image-metadata/exif.ts';
import { headerFacts } from '../image-metadata/header.ts';
import type { PictureFile } from '../lib/formats/picture-file.ts';
import { openImage } from '../lib/image-source.ts';
import { formatLabel } from '../lib/label.ts';
import { noteDroppedMetadata } from '../lib/picture/dropped-metadata.ts';
import { writeResizedCopy } from '../lib/resized-copy.ts';
import type { InputFile, StageContext } from '../operation.ts';
import type { Entry, ImageFile } from './entry.ts';
import { buildFileName, imagePage } from './file-names.ts';
import { readLocation } from './location.ts';
import type { Params } from './params.ts';

/** Directory in the workspace for the files of an archive. */
export const PACKED = 'packed';

const extensions: Readonly<Record<string, string>> = {
  'image/jpeg': '.jpg',
  'image/png': '.png',
  'image/webp': '.webp',
  'image/gif': '.gif',
  'image/tiff': '.tif',
  'image/avif': '.avif',
  'image/heic': '.heic',
};

export async function writePictures(input: PictureFile, context: StageContext<Params>): Promise<Entry> {
  const { params, workspace, signal, note } = context;
  const { index, name, size } = input;
  const source = await openImage(input);
  const { media_type, width, height, alpha } = headerFacts(source);
  const read = params.exif === 'none' ? null : (await readAssetExif(input, source)).exif;
  const attributes = pickAttributes(input.attributes, params.attributes);

  // Drafts first: pixels may be damaged, and `outputs.create` promises a result.
  const drafts = { image: join(workspace, 'draft-image'), thumbnail: join(workspace, 'draft-thumbnail') };
  const website = params.as !== 'json';
  const format = params.format === 'auto' ? (alpha ? 'webp' : 'jpeg') : params.format;
  const { max_side, quality, metadata } = params;
  const options = { side: max_side, format, metadata, ...(quality === undefined ? {} : { quality }) };
  const large = website ? await writeResizedCopy(input, options, drafts.image, signal) : null;
  const from = large ? { ...input, path: drafts.image } : input;
  const small = await writeResizedCopy(
    from,
    { side: params.thumbnail, format: 'webp' },
    drafts.thumbnail,
    signal,
  );

  const place = (folder: string, extension: string) =>
    createFile(buildFileName(folder, index, name, extension), input, context);
  const thumbnail = await place('thumbs', '.webp');
  await rename(drafts.thumbnail, thumbnail.file);
  let image: ImageFile | null = null;
  if (large) {
    const { path, file } = await place('images', format === 'jpeg' ? '.jpg' : '.webp');
    await rename(drafts.image, file);
    image = { path, ...large };
    noteDroppedMetadata(input, source.header, { format, metadata }, note);
  }
  let original: string | null = null;
  if (website && params.originals) {
    const { path, file } = await place('originals', extensions[media_type] ?? rawExtension(name));
    await copyFile(input.original?.path ?? input.path, file, constants.COPYFILE_FICLONE);
    original = path;
  }
  return {
    index,
    name,
    caption: formatLabel(params.caption, { ...input, attributes }),
    media_type,
    width,
    height,
    size,
    thumbnail: { path: thumbnail.path, ...small },
    image,
    original,
    page: website ? imagePage(index) : null,
    attributes,
    exif: params.exif === 'all' || !read ? read : omitLocation(read),
    location: readLocation(attributes) ?? (params.exif === 'all' ? (read?.location ?? null) : null),
  };
}

/** Returns a path of the gallery, and the path of its file on this machine. */
async function createFile(
  path: string,
  input: InputFile,
  { params, workspace, outputs }: StageContext<Params>,
): Promise<{ path: string; file: string }> {
  if (params.as !== 'zip') return { path, file: (await outputs.create(path, input)).path };
  const file = join(workspace, PACKED, path);
  await mkdir(dirname(file), { recursive: true });
  return { path, file };
}

function pickAttributes(
  all: InputFile['attributes'],
  names: readonly string[] | undefined,
): InputFile['attributes'] {
  if (names === undefined) return all;
  return Object.fromEntries(
    names.filter((name) => Object.hasOwn(all, name)).map((name) => [name, all[name]]),
  );
}

/** Returns the extension of a camera raw file, such as `.nef`. */
const rawExtension = (name: string): string =>
  parse(name)
    .ext.toLowerCase()
    .replace(/[^.a-z0-9]/g, '');

const omitLocation = ({ location: _, ...rest }: ExifFacts): ExifFacts => rest;
