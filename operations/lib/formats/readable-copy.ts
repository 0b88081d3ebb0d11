/**
 * Makes copies that libvips can read: of HEIC pictures, of camera raw files with a preview of full size, and of PNG pictures
 * with metadata behind their pixels.
 */
import { writeFile } from 'node:fs/promises';
import type { InputFile, StageContext } from '../../operation.ts';
import { notAnImage, readHeader, toDecodeError, tooManyPixelsError } from '../image-source.ts';
import { readHeifColour } from '../picture/heif-colour.ts';
import { declarePixels } from '../picture-process/pixels.ts';
import type { RawFile } from './camera-raw.ts';
import { copyExif } from './exif-copy.ts';
import { convertHeic } from './heic.ts';
import { findExcessMeta } from './heif-meta.ts';
import { inspectFile } from './inspect.ts';
import { readSegments } from './jpeg.ts';
import type { PictureFile } from './picture-file.ts';
import { moveLateMetadata } from './png-late-metadata.ts';
import { explainUnreadable } from './signature.ts';
import { TiffFile } from './tiff-file.ts';

/** Pixels of a HEIC picture. The decoder takes about 9 bytes of memory per pixel. */
const MAX_HEIC_PIXELS = 100e6;

/** Sides of a preview, as a fraction of those of the sensor data, from which it counts as the photograph. */
const FULL_SIZE = 0.9;

type Context = Pick<StageContext<unknown>, 'note'>;

/**
 * @param copy - Path for the copy.
 * @returns The asset itself, unless a copy was made.
 * @throws `asset_not_an_image`, `asset_corrupt`, or `asset_too_many_pixels`.
 */
export async function makeReadable(input: InputFile, copy: string, context: Context): Promise<PictureFile> {
  const inspected = await inspectFile(input.path);
  if ('raw' in inspected) return extractPreview(input, inspected.raw, copy, context);
  if ('refused' in inspected) return input;
  if (inspected.picture.format === 'png' && (await moveLateMetadata(input.path, copy)))
    return { ...input, path: copy, original: { path: input.path, mediaType: 'image/png', pages: null } };
  if (inspected.picture.format !== 'heif') return input;
  if (await findExcessMeta(input.path)) return input;
  const { pages } = inspected.picture;
  const { header } = (await readHeader({ ...inspected.picture, content: input.path }).catch(() => null)) ?? {};
  // `openImage` reports what is wrong.
  if (header?.compression !== 'hevc') return input;
  const { width, height } = header;
  declarePixels('source', header);
  if (width * height > MAX_HEIC_PIXELS) throw tooManyPixelsError(input, MAX_HEIC_PIXELS, { width, height });
  const colour = await readHeifColour(input.path);
  if (colour && 'hdr' in colour)
    throw notAnImage(input, explainUnreadable(`a HEIC picture with high dynamic range (${colour.hdr})`));
  try {
    await convertHeic(input.path, copy, { ...header, icc: header.icc ?? colour?.profile });
  } catch (error) {
    throw toDecodeError(input, error);
  }
  return { ...input, path: copy, original: { path: input.path, mediaType: 'image/heic', pages } };
}

/** Returns the asset itself when its preview is too small, so that it is refused by name. */
async function extractPreview(
  input: InputFile,
  { kind, mediaType, preview, width, height }: RawFile,
  copy: string,
  { note }: Context,
): Promise<PictureFile> {
  if (!preview) return input;
  const [long, short] = [Math.max(width, height), Math.min(width, height)];
  const isFull =
    Math.max(preview.width, preview.height) >= FULL_SIZE * long &&
    Math.min(preview.width, preview.height) >= FULL_SIZE * short;
  if (!isFull) return input;
  await TiffFile.use(input.path, async (file) => {
    const jpeg = await file?.read(preview.at, preview.length);
    if (!file || !jpeg) throw notAnImage(input, explainUnreadable(`a camera raw file (${kind})`));
    await writeFile(copy, hasExif(jpeg) ? jpeg : addExif(jpeg, await copyExif(file)));
  });
  const size = `${preview.width} × ${preview.height}`;
  note(
    'camera_preview_used',
    `"${input.name}" is a camera raw file (${kind}); its preview of ${size} pixels was used`,
    input,
  );
  return { ...input, path: copy, original: { path: input.path, mediaType, pages: null } };
}

const EXIF_PREFIX = Buffer.from('Exif\0\0', 'latin1');

function hasExif(jpeg: Buffer): boolean {
  for (const { marker, content } of readSegments(jpeg))
    if (marker === 0xe1 && content.subarray(0, 6).equals(EXIF_PREFIX)) return true;
  return false;
}

function addExif(jpeg: Buffer, exif: Buffer): Buffer {
  const head = Buffer.from([0xff, 0xe1, 0, 0]);
  head.writeUInt16BE(2 + EXIF_PREFIX.length + exif.length, 2);
  return Buffer.concat([jpeg.subarray(0, 2), head, EXIF_PREFIX, exif, jpeg.subarray(2)]);
}
