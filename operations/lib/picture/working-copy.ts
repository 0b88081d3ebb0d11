/** Working copies, in the format of libvips: pictures that sharp cannot read in one pass with the right colours. They keep the metadata. */
import { join } from 'node:path';
import type { Metadata, Sharp } from 'sharp';
import type { InputFile } from '../../operation.ts';
import type { PictureFile } from '../formats/picture-file.ts';
import { decodeFile, notAnImage, type SourceFile, type SourceImage } from '../image-source.ts';
import type { DescribedColour } from './code-points.ts';
import { readFill } from './empty-parts.ts';
import { countUsedChannels } from './extra-channels.ts';
import { readPartialFrame } from './gif-frame.ts';
import { hasPremultipliedColours, readHeifColour } from './heif-colour.ts';
import { isUsableProfile } from './icc-profile.ts';
import { readPngColour } from './png-colour.ts';
import { sampleScale } from './sample-scale.ts';
import { assignProfile, fillBoxes, rewritePixels } from './vips-file.ts';

/** A picture as libvips reads it: 8 or 16 bits, its colours described by a profile or sRGB. */
export interface Decoded extends Pick<Metadata, 'space' | 'icc'> {
  /** The asset, or the path of a working copy. */
  readonly file: SourceFile | string;
  /** Whether `icc` was embedded in the asset. */
  readonly isEmbedded: boolean;
}

/** Reads the numbers of a file without converting them, and writes them so. The size of the file has been checked. */
const openAsStored = (file: Decoded['file'], space: Metadata['space']): Sharp =>
  decodeFile(file, { ignoreIcc: true, maxPixels: false })
    .pipelineColourspace(space)
    .toColourspace(space)
    .keepMetadata();

/**
 * Makes a working copy if libvips misreads what the file says: its colours, the range of its numbers, its channels, or its canvas.
 *
 * @param folder - An empty directory for working copies.
 * @throws `asset_not_an_image` if the picture says something that cannot be shown.
 */
export async function decodeForLibvips(
  input: PictureFile,
  source: SourceImage,
  folder: string,
): Promise<Decoded> {
  const { file, header } = source;
  const { space, icc } = header;
  const colour = await readDescribedColour(input, source);
  const frame = source.format === 'gif' ? await readPartialFrame(input.path, header) : null;
  const scale = await sampleScale(input, source);
  const channels = await countUsedChannels(input, source);
  const fill = await readFill(input, source);
  const unpremultiply =
    source.format === 'heif' && header.hasAlpha && (await hasPremultipliedColours(input.path));
  if (!colour && !frame && !scale && !channels && !fill && !unpremultiply)
    return { file, space, icc, isEmbedded: true };

  let image = openAsStored(file, space);
  if (frame) {
    const { left, top, width, height } = frame;
    const [right, bottom] = [header.width - left - width, header.height - top - height];
    image = image.extract(frame).extend({ left, top, right, bottom, background: '#00000000' });
  }
  // Half floats: sharp rounds the numbers of this colour space when it writes.
  const isHalf = scale !== null && space === 'grey16';
  if (isHalf) image = image.linear(Array(header.channels).fill(65_535), Array(header.channels).fill(0));
  const copy = join(folder, 'decoded.v');
  await image.toFile(copy);
  if (fill) await fillBoxes(copy, fill.boxes, fill.value);
  if (colour) await assignProfile(copy, colour);
  const profile = { icc: colour ?? icc, isEmbedded: !colour };
  const rescale = isHalf ? null : scale;
  if (!rescale && !channels && !unpremultiply) return { file: copy, space, ...profile };
  const rewritten = join(folder, 'rewritten.v');
  await rewritePixels(copy, rewritten, { channels, scale: rescale, unpremultiply });
  const scaledSpace = (channels ?? header.channels) < 3 ? 'grey16' : 'rgb16';
  return { file: rewritten, space: rescale ? scaledSpace : space, ...profile };
}

/** Returns a profile for what the file says of its colours in another way; null if it has a profile or is sRGB. */
async function readDescribedColour(
  input: InputFile,
  { format, header }: SourceImage,
): Promise<Buffer | null> {
  const hasProfile = isUsableProfile(header);
  const colour = await read();
  if (colour && 'hdr' in colour) {
    throw notAnImage(
      input,
      `has high dynamic range (${colour.hdr}), which this server cannot show; export it with standard dynamic range`,
    );
  }
  return colour?.profile ?? null;

  async function read(): Promise<DescribedColour | null> {
    if (format === 'png') return readPngColour(input.path, hasProfile);
    const described = format === 'heif' ? await readHeifColour(input.path) : null;
    // A profile comes before code points. It cannot describe high dynamic range.
    return described && hasProfile && !('hdr' in described) ? null : described;
  }
}

/**
 * Writes a picture as sRGB with 16 bits, from its profile. Takes 2 bytes per channel and pixel on disk. The rendering intent is perceptual, as in
 * all conversions of sharp.
 */
export async function convertToSrgb16({ file, space }: Decoded, folder: string): Promise<Decoded> {
  const path = join(folder, 'srgb.v');
  // sharp converts from the embedded profile when it writes, in the depth of this colour space.
  await openAsStored(file, space).withIccProfile('srgb').toFile(path);
  return { file: path, space: 'rgb16', icc: undefined, isEmbedded: false };
}

/** Writes a grey picture with an RGB profile as RGB. Such profiles are common, and browsers apply them. */
export async function convertGreyToRgb(decoded: Decoded, folder: string): Promise<Decoded> {
  const path = join(folder, 'rgb.v');
  const space = decoded.space === 'grey16' ? 'rgb16' : 'srgb';
  await openAsStored(decoded.file, space).toFile(path);
  return { ...decoded, file: path, space };
}
