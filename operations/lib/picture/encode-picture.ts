/** The one way out: encodes a picture, with the metadata that shall be kept. */
import type { Sharp } from 'sharp';
import { type Kept, listKept, type MetadataChoice } from './metadata-choice.ts';
import type { Picture } from './open-picture.ts';
import { updateExif } from './updated-exif.ts';
import { updateWrittenMetadata } from './written-metadata.ts';
import { buildXmp } from './written-xmp.ts';

export interface Encoding {
  readonly format: 'jpeg' | 'png' | 'webp' | 'avif' | 'gif';
  /** Of JPEG, WebP and AVIF. Default: 80, AVIF 50. */
  readonly quality?: number | undefined;
  /** Default `strip`. */
  readonly metadata?: MetadataChoice | undefined;
  /** JPEG and PNG. */
  readonly progressive?: boolean;
  /** WebP and AVIF. */
  readonly lossless?: boolean;
  /** JPEG and AVIF. Default: 4:2:0, AVIF 4:4:4. */
  readonly chromaSubsampling?: string | undefined;
  /** PNG: reduce to a palette. */
  readonly palette?: boolean;
  /** GIF and WebP: milliseconds of each frame, and how often it is shown; 0: without end. */
  readonly animation?: { readonly delay: number[]; readonly loop: number } | undefined;
}

/** sharp's default of 4 takes four times as long, for files that are no smaller and 0.2 dB better. */
const AVIF_EFFORT = 3;

/** Whether the parameter `quality` applies. */
export const isLossy = ({ format, lossless }: Encoding): boolean =>
  format !== 'png' && format !== 'gif' && !lossless;

/** Sets the format. sharp would reduce PNG to a palette if it were given a quality. */
export function encodeImage(image: Sharp, encoding: Encoding): Sharp {
  const { format, progressive = false, lossless = false, palette = false } = encoding;
  const quality = isLossy(encoding) && encoding.quality !== undefined ? { quality: encoding.quality } : {};
  const chroma = encoding.chromaSubsampling ? { chromaSubsampling: encoding.chromaSubsampling } : {};
  const options = {
    jpeg: { ...quality, ...chroma, progressive },
    png: { progressive, palette },
    webp: { ...quality, ...encoding.animation, lossless },
    gif: { ...encoding.animation },
    avif: { ...quality, ...chroma, lossless, effort: AVIF_EFFORT },
  };
  return image.toFormat(format, options[format]);
}

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
  if (kept.size === 0) return encodeImage(image, encoding).toFile(path);
  const { exif, iptc, xmp } = picture.header;
  const describe = (size: { width: number; height: number }) =>
    exif ? (updateExif(exif, kept, { isSrgb: picture.profile === 'srgb', ...size })?.exif ?? null) : null;
  const room = describe({ width: 0, height: 0 })?.length ?? 0;
  const { packet = '', segments = [] } = (xmp && buildXmp(xmp, encoding.format, kept)) || {};
  const described = keepMetadata(image, picture.profile, { kept, packet, room });
  const size = await encodeImage(described, encoding).toFile(path);
  await updateWrittenMetadata(path, { exif: describe(size), iptc, segments }, kept);
  return size;
}

/**
 * sharp keeps EXIF data as it is or not at all, and IPTC data never alone. Both are written to the file afterwards.
 *
 * @param room - Bytes of EXIF data for which a text makes room.
 */
function keepMetadata(
  image: Sharp,
  profile: Picture['profile'],
  { kept, packet, room }: { kept: Kept; packet: string; room: number },
): Sharp {
  let described = room > 0 ? image.withExif({ IFD0: { Copyright: 'x'.repeat(room) } }) : image;
  if (packet) described = described.withXmp(packet);
  if (!kept.has('profile') || profile === 'none') return described;
  return profile === 'own' ? described.keepIccProfile() : described.withIccProfile('srgb');
}
