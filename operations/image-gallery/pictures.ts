/** The files of one asset in a gallery, and its entry. */
import { constants } from 'node:fs';
import { copyFile, mkdir, rename } from 'node:fs/promises';
import { dirname, join, parse } from 'node:path';
import type { ExifFacts } from '../image-metadata/exif.ts';
import { formatLabel } from '../lib/label.ts';
import type { InputFile, StageContext } from '../operation.ts';
import type { Entry, ImageFile } from './entry.ts';
import { buildFileName, imagePage } from './file-names.ts';
import { readLocation } from './location.ts';
import type { Params } from './params.ts';
import { IMAGE, type PictureFacts, THUMBNAIL } from './picture.ts';

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

/** Gives the drafts of a picture process their places. */
export async function keepPictures(
  input: InputFile,
  { media_type, format, exif: read, small, large, ...facts }: PictureFacts,
  drafts: string,
  context: StageContext<Params>,
): Promise<Entry> {
  const { params } = context;
  const { index, name } = input;
  const attributes = pickAttributes(input.attributes, params.attributes);
  const keep = async (draft: string, folder: string, extension: string) => {
    const { path, file } = await createFile(buildFileName(folder, index, name, extension), input, context);
    await rename(join(drafts, draft), file);
    return path;
  };
  const thumbnail = { path: await keep(THUMBNAIL, 'thumbs', '.webp'), ...small };
  let image: ImageFile | null = null;
  if (large) image = { path: await keep(IMAGE, 'images', format === 'jpeg' ? '.jpg' : '.webp'), ...large };
  let original: string | null = null;
  const website = params.as !== 'json';
  if (website && params.originals) {
    const extension = extensions[media_type] ?? rawExtension(name);
    const { path, file } = await createFile(
      buildFileName('originals', index, name, extension),
      input,
      context,
    );
    await copyFile(input.path, file, constants.COPYFILE_FICLONE);
    original = path;
  }
  return {
    index,
    name,
    caption: formatLabel(params.caption, { ...input, attributes }),
    media_type,
    ...facts,
    size: input.size,
    thumbnail,
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
