/** The one way out: encodes a picture, with the metadata that shall be kept. */
import type { Sharp } from 'sharp';
import { type Kept, listKept, type MetadataChoice } from './metadata-choice.ts';
import type { Picture } from './open-picture.ts';
import { updateXmp } from './updated-xmp.ts';
import { updateWrittenMetadata } from './written-metadata.ts';

export interface Encoding {
  readonly format: 'jpeg' | 'png' | 'webp' | 'avif';
  /** Of JPEG, WebP and AVIF. Default: 80, AVIF 50. */
  readonly quality?: number | undefined;
  /** Default `strip`. */
  readonly metadata?: MetadataChoice | undefined;
}

/** sharp's default of 4 takes four times as long, for files that are no smaller and 0.2 dB better. */
const AVIF_EFFORT = 3;

/** Sets the format. sharp would reduce PNG to a palette if it were given a quality. */
const encode = (image: Sharp, { format, quality }: Encoding): Sharp =>
  image.toFormat(format, {
    ...(format !== 'png' && quality !== undefined ? { quality } : {}),
    ...(format === 'avif' ? { effort: AVIF_EFFORT } : {}),
  });

/**
 * Encodes a picture to a file. Metadata that is kept describes the result: without thumbnails, maker notes, and sizes and
 * positions in the original picture.
 *
 * @returns The size of the result in pixels.
 */
export async function writePicture(
  image: Sharp,
  picture: Picture,
  encoding: Encoding,
  path: string,
): Promise<{ width: number; height: number }> {
  const kept = listKept(encoding.metadata);
  if (kept.size === 0) return encode(image, encoding).toFile(path);
  const size = await encode(keepMetadata(image, picture, encoding.format, kept), encoding).toFile(path);
  await updateWrittenMetadata(path, picture, kept);
  return size;
}

/** sharp cannot keep IPTC alone, which is added to the written file. */
function keepMetadata(
  image: Sharp,
  { profile, header: { xmp } }: Picture,
  format: Encoding['format'],
  kept: Kept,
): Sharp {
  let described = image.keepExif();
  const packet = xmp && updateXmp(xmp, format, kept);
  if (packet) described = described.withXmp(packet);
  if (!kept.has('profile') || profile === 'none') return described;
  return profile === 'own' ? described.keepIccProfile() : described.withIccProfile('srgb');
}
