/**
 * Makes copies that libvips can read: of HEIC pictures, of camera raw files with a preview of full size, and of PNG pictures
 * with metadata behind their pixels.
 */
import { stat, writeFile } from 'node:fs/promises';
import type { InputFile, StageContext } from '../../operation.ts';
import {
  damagedError,
  notAnImage,
  readHeader,
  toContent,
  toDecodeError,
  tooManyPixelsError,
} from '../image-source.ts';
import { readHeifColour } from '../picture/heif-colour.ts';
import { declarePixels } from '../picture-process/pixels.ts';
import type { RawFile } from './camera-raw.ts';
import { CUT_OFF } from './damage.ts';
import { copyTiffExif } from './exif-copy.ts';
import { convertHeic } from './heic.ts';
import { readHeifContent } from './heif-content.ts';
import { findExcessMeta } from './heif-meta.ts';
import { inspectFile } from './inspect.ts';
import type { PictureFile } from './picture-file.ts';
import { moveLateMetadata } from './png-late-metadata.ts';
import { describePreview, findExif } from './preview.ts';
import { explainUnreadable } from './signature.ts';
import { copySparseTiles } from './sparse-copy.ts';
import type { PageChoice } from './tiff.ts';
import { TiffFile } from './tiff-file.ts';

/** Pixels of a HEIC picture. The decoder takes about 9 bytes of memory per pixel. */
const MAX_HEIC_PIXELS = 100e6;

/** Bytes of a HEIC file that was cut off. Memory is reserved for them. */
const MAX_HEIC_BYTES = 256 * 1024 * 1024;

/** Sides of a preview, as a fraction of those of the sensor data, from which it counts as the photograph. */
const FULL_SIZE = 0.9;

type Context = Pick<StageContext<unknown>, 'note'>;

/**
 * @param copy - Path for the copy.
 * @returns The asset itself, unless a copy was made.
 * @throws `asset_not_an_image`, `asset_corrupt`, or `asset_too_many_pixels`.
 */
export async function makeReadable(
  input: InputFile,
  copy: string,
  context: Context,
  { on_damaged, page }: { readonly on_damaged: 'fail' | 'accept'; readonly page: PageChoice },
): Promise<PictureFile> {
  const inspected = await inspectFile(input.path, page);
  if ('raw' in inspected) return extractPreview(input, inspected.raw, copy, context);
  if ('refused' in inspected) return input;
  const { empty } = inspected.picture;
  if (empty) {
    const what = `of "${input.name}" have no data (a sparse TIFF); they have the value that the file states, or 0`;
    context.note('empty_parts', `${empty.replace('of its', 'of the')} ${what}`, input);
    if (await copySparseTiles(input.path, copy)) {
      const original = { path: input.path, mediaType: 'image/tiff', pages: null, metadata: null };
      return { ...input, path: copy, original };
    }
  }
  if (inspected.picture.format === 'png' && (await moveLateMetadata(input.path, copy)))
    return {
      ...input,
      path: copy,
      original: { path: input.path, mediaType: 'image/png', pages: null, metadata: null },
    };
  if (inspected.picture.format !== 'heif') return input;
  if (await findExcessMeta(input.path)) return input;
  const { pages, isHevc } = inspected.picture;
  if (!isHevc) return input;
  const content = await toContent(input.path, inspected.picture);
  const { header } = (await readHeader({ ...inspected.picture, content }).catch(() => null)) ?? {};
  // `openImage` reports what is wrong.
  if (!header) return input;
  const { width, height } = header;
  declarePixels('source', header);
  if (width * height > MAX_HEIC_PIXELS) throw tooManyPixelsError(input, MAX_HEIC_PIXELS, { width, height });
  const colour = await readHeifColour(input.path);
  if (colour && 'hdr' in colour)
    throw notAnImage(input, explainUnreadable(`a HEIC picture with high dynamic range (${colour.hdr})`));
  const described = { ...header, icc: header.icc ?? colour?.profile };
  try {
    await convertHeic(input.path, copy, described);
  } catch (error) {
    const end = (await readHeifContent(input.path))?.end ?? 0;
    if (end <= (await stat(input.path)).size) throw toDecodeError(input, error);
    const damaged = damagedError(input, CUT_OFF, 'truncated', error);
    if (on_damaged === 'fail' || end > MAX_HEIC_BYTES) throw damaged;
    await convertHeic(input.path, copy, described, end).catch(() => {
      throw damaged;
    });
    context.note('damage_accepted', `${damaged.message}; the part that can be decoded was used`, input);
  }
  const { exif, xmp, iptc } = header;
  // The decoder has turned the picture, so that the orientation in its EXIF data no longer holds: the copy has none.
  const original = { path: input.path, mediaType: 'image/heic', pages, metadata: { exif, xmp, iptc } };
  return { ...input, path: copy, original };
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
  const metadata = await TiffFile.use(input.path, async (file) => {
    const jpeg = file?.read(preview.at, preview.length);
    const [first] = file?.directories ?? [];
    if (!file || !first || !jpeg) throw notAnImage(input, explainUnreadable(`a camera raw file (${kind})`));
    await writeFile(copy, describePreview(jpeg, preview));
    const xmp = first.place('xmp');
    // A few cameras describe the photograph in the preview alone.
    const own = first.has('exifDirectory') ? undefined : findExif(jpeg);
    return {
      exif: own ?? copyTiffExif(file, first) ?? undefined,
      xmp: (xmp && file.read(xmp.at, xmp.length)) ?? undefined,
      iptc: undefined,
    };
  });
  const size = `${preview.width} × ${preview.height}`;
  note(
    'camera_preview_used',
    `"${input.name}" is a camera raw file (${kind}); its preview of ${size} pixels was used`,
    input,
  );
  return { ...input, path: copy, original: { path: input.path, mediaType, pages: null, metadata } };
}
