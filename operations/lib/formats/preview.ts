/** Adds to the preview of a camera raw file what its directory says of it. */
import { buildMatrixProfile, type Curve, type Primaries } from '../picture/matrix-profile.ts';
import type { Preview } from './camera-raw.ts';
import { readSegments } from './jpeg.ts';
import { TiffFile } from './tiff-file.ts';
import { ExifWriter } from './tiff-writer.ts';

const EXIF = Buffer.from('Exif\0\0', 'latin1');
/** The first of one chunk. */
const ICC = Buffer.from('ICC_PROFILE\0\x01\x01', 'latin1');

/** Colour spaces by the number of `PreviewColorSpace` (DNG 1.6). The others are grey and sRGB. */
const colourSpaces: Readonly<Record<number, readonly [Primaries, Curve]>> = {
  // Adobe RGB (1998)
  3: [{ red: [0.64, 0.33], green: [0.21, 0.71], blue: [0.15, 0.06], white: [0.3127, 0.329] }, [563 / 256]],
  // ProPhoto RGB (ROMM, ISO 22028-2)
  4: [
    { red: [0.7347, 0.2653], green: [0.1596, 0.8404], blue: [0.0366, 0.0001], white: [0.3457, 0.3585] },
    [1.8, 1, 0, 1 / 16, 16 / 512],
  ],
};

/** Returns the EXIF data of a JPEG file, with its prefix. */
export const findExif = (jpeg: Buffer): Buffer | undefined =>
  [...readSegments(jpeg)].find(({ marker, content }) => marker === 0xe1 && startsWith(content, EXIF))
    ?.content;

const startsWith = (content: Buffer, prefix: Buffer): boolean =>
  content.subarray(0, prefix.length).equals(prefix);

/** Returns the JPEG data of a preview with orientation and profile, unless it has its own. */
export function describePreview(jpeg: Buffer, { orientation, colourSpace }: Preview): Buffer {
  const own = findExif(jpeg);
  const hasOrientation = own !== undefined && TiffFile.parse(own)?.directories[0]?.has('orientation');
  const hasProfile = [...readSegments(jpeg)].some(
    ({ marker, content }) => marker === 0xe2 && startsWith(content, ICC.subarray(0, -2)),
  );
  const described = hasProfile ? undefined : colourSpaces[colourSpace];
  const profile = described && buildMatrixProfile(...described);
  const writer = new ExifWriter({ isLittleEndian: true });
  const exif = writer.write({ image: [writer.field(274, orientation)], photo: [], gps: [] });
  return Buffer.concat([
    jpeg.subarray(0, 2),
    ...(hasOrientation ? [] : [buildSegment(0xe1, EXIF, exif)]),
    ...(profile ? [buildSegment(0xe2, ICC, profile)] : []),
    jpeg.subarray(2),
  ]);
}

function buildSegment(marker: number, prefix: Buffer, content: Buffer): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(2 + prefix.length + content.length, 2);
  return Buffer.concat([head, prefix, content]);
}
