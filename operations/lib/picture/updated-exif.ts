/** Removes from EXIF data what is no longer true of a written picture, and what is not kept. */
import { copyExif } from '../formats/exif-copy.ts';
import { type TiffDirectory, TiffFile } from '../formats/tiff-file.ts';
import type { ExifDirectories } from '../formats/tiff-writer.ts';
import { isKept, type Kept, type Subject } from './metadata-choice.ts';

const OUTDATED: Readonly<Record<keyof ExifDirectories, readonly number[]>> = {
  /** Size in pixels. Other metadata, previews and private data of programs. */
  image: [0x0100, 0x0101, 0x02bc, 0x83bb, 0x8649, 0x8773, 0xc4a5, 0xc634, 0xea1c],
  /** Subject area and location in pixels. */
  photo: [0x9214, 0xa214, 0xea1c],
  gps: [],
};

/** Orientation, resolution, and position of chroma samples; version, components, FlashPix version, colour space, and size. */
const STRUCTURE = [
  ...[0x0112, 0x011a, 0x011b, 0x0128, 0x0213],
  ...[0x9000, 0x9101, 0xa000, 0xa001, 0xa002, 0xa003],
];

const ORIENTATION = 0x0112;
const [COLOUR_SPACE, WIDTH, HEIGHT] = [0xa001, 0xa002, 0xa003];
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
  (Object.keys(subjects) as (keyof typeof subjects)[]).find((name) => subjects[name].includes(tag));

/** A JPEG file has room for 65,533 bytes, and the encoder needs some of them. */
const MAX_BYTES = 64_000;

/** Bytes of a value: first all, and less if all together are too large. */
const MAX_VALUES = [MAX_BYTES, 8192, 512, 32];

export interface UpdatedExif {
  readonly exif: Buffer;
  /** False if values were left out because of their size. */
  readonly isComplete: boolean;
}

/** The picture that the data describes. */
interface Described {
  /** Whether the colours have been converted to sRGB. */
  readonly isSrgb: boolean;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

/**
 * @param exif - Of the asset.
 * @returns EXIF data whose length does not depend on the size of the picture; null if nothing is kept, or for data that cannot be read.
 */
export function updateExif(exif: Buffer, kept: Kept, described: Described): UpdatedExif | null {
  const file = TiffFile.parse(exif);
  const [image] = file?.directories ?? [];
  if (!file || !image) return null;
  for (const maxBytes of MAX_VALUES) {
    const updated = select(file, image, { kept, described, maxBytes });
    if (!updated || updated.exif.length <= MAX_BYTES) return updated;
  }
  return null;
}

function select(
  file: TiffFile,
  image: TiffDirectory,
  { kept, described, maxBytes }: { kept: Kept; described: Described; maxBytes: number },
): UpdatedExif | null {
  const { isSrgb, width, height } = described;
  let [isComplete, hasFacts] = [true, false];
  const exif = copyExif(file, image, {
    isWanted: (tag, bytes, part) => {
      const isTrue = !OUTDATED[part].includes(tag) && !(isSrgb && COLOURS.includes(tag));
      const isFact = part === 'gps' ? kept.has('location') : isKept(kept, 'exif', findSubject(tag));
      const isWanted = isTrue && (isFact || (part !== 'gps' && STRUCTURE.includes(tag)));
      const isSmall = bytes <= maxBytes;
      isComplete &&= !isWanted || isSmall;
      hasFacts ||= isWanted && isSmall && !STRUCTURE.includes(tag);
      return isWanted && isSmall;
    },
    replace: isSrgb ? { [COLOUR_SPACE]: SRGB } : {},
    add: { image: { [ORIENTATION]: 1 }, photo: { [WIDTH]: width, [HEIGHT]: height } },
  });
  return exif && (hasFacts || !isComplete) ? { exif, isComplete } : null;
}
