/** Removes from EXIF data what is no longer true of a written picture, and what is not kept. */
import { EXIF_POINTER, ExifBlock, GPS_POINTER, INTEROPERABILITY_POINTER } from '../formats/exif-block.ts';
import { isKept, type Kept, type Subject } from './metadata-choice.ts';

/** Size in pixels. libvips updates that in the EXIF directory. Other metadata, previews and private data of programs. */
const OUTDATED_IMAGE = [0x0100, 0x0101, 0x014a, 0x02bc, 0x83bb, 0x8649, 0x8773, 0xc4a5, 0xc634, 0xea1c];
/** Subject area and location in pixels, and maker notes: they may hold previews of the original picture. */
const OUTDATED_PHOTO = [0x9214, 0xa214, 0x927c, INTEROPERABILITY_POINTER, 0xea1c];

/** Orientation, resolution, and position of chroma samples; version, components, FlashPix version, colour space, and size. */
const STRUCTURE = [
  ...[0x0112, 0x011a, 0x011b, 0x0128, 0x0213],
  ...[0x9000, 0x9101, 0xa000, 0xa001, 0xa002, 0xa003],
];

const COLOUR_SPACE = 0xa001;
const SRGB = 1;
/** Transfer function, white point, primaries, and gamma. */
const COLOURS = [0x012d, 0x013e, 0x013f, 0xa500];

const range = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

/** Entries of the first and of the EXIF directory. Serial numbers and the owner are no facts of a camera model. */
const subjects: Readonly<Record<Exclude<Subject, 'location'>, readonly number[]>> = {
  // Artist, copyright, author of Windows, photographer.
  copyright: [0x013b, 0x8298, 0x9c9d, 0xa437],
  // Original and digitized: time, offset from UTC, fractions of a second.
  'capture-date': [0x9003, 0x9004, 0x9011, 0x9012, 0x9291, 0x9292],
  // Make, model, exposure, lens.
  camera: [
    ...[0x010f, 0x0110, 0x829a, 0x829d, 0x8822, 0x8827, ...range(0x8830, 0x8835), ...range(0x9201, 0x920a)],
    ...[0xa20b, 0xa20e, 0xa20f, 0xa210, 0xa215, 0xa217, ...range(0xa401, 0xa40c), ...range(0xa432, 0xa434)],
  ],
};

const findSubject = (tag: number): Subject | undefined =>
  tag === GPS_POINTER
    ? 'location'
    : (Object.keys(subjects) as (keyof typeof subjects)[]).find((name) => subjects[name].includes(tag));

/**
 * @param exif - As libvips writes it: a directory, those of EXIF and GPS, and one for the thumbnail.
 * @param isSrgb - Whether the colours have been converted to sRGB.
 * @returns EXIF data of the same length. What was removed is overwritten with zeros.
 */
export function updateExif(exif: Buffer, kept: Kept, isSrgb: boolean): Buffer {
  const from = new ExifBlock(exif);
  // The byte order and the place of the first directory.
  const to = new ExifBlock(Buffer.concat([from.bytes.subarray(0, 8)], from.bytes.length));
  const isTrue = (tag: number) => !(isSrgb && COLOURS.includes(tag));
  const isWanted = (tag: number) =>
    STRUCTURE.includes(tag) || isKept(kept, 'exif', findSubject(tag)) || tag === EXIF_POINTER;
  copyDirectory(from, to, from.first, (tag) => isWanted(tag) && isTrue(tag) && !OUTDATED_IMAGE.includes(tag));
  const photo = from.subDirectory(EXIF_POINTER);
  copyDirectory(from, to, photo, (tag) => isWanted(tag) && isTrue(tag) && !OUTDATED_PHOTO.includes(tag));
  if (kept.has('location')) copyDirectory(from, to, from.subDirectory(GPS_POINTER), () => true);
  const colourSpace = isSrgb ? to.find(photo, COLOUR_SPACE) : undefined;
  if (colourSpace) to.setU16(colourSpace.at + 8, SRGB);
  return to.bytes;
}

/** Copies entries and their values to where they were. No directory follows the copy. */
function copyDirectory(
  from: ExifBlock,
  to: ExifBlock,
  directory: number,
  isCopied: (tag: number) => boolean,
): void {
  if (directory === 0) return;
  const copied = from.entries(directory).filter(({ tag }) => isCopied(tag));
  to.setU16(directory, copied.length);
  for (const [index, { at, valueAt, size }] of copied.entries()) {
    from.bytes.copy(to.bytes, directory + 2 + 12 * index, at, at + 12);
    if (valueAt !== at + 8)
      from.bytes.copy(to.bytes, Math.min(valueAt, to.bytes.length), valueAt, valueAt + size);
  }
}
