/** Copies EXIF data: that of a picture, and the directories of a TIFF file, which are EXIF data themselves. */
import type { RawField, TiffDirectory, TiffFile } from './tiff-file.ts';
import { type ExifDirectories, ExifWriter } from './tiff-writer.ts';

type Part = keyof ExifDirectories;

/** What a copy has. Tags by number. */
interface ExifSelection {
  /** Whether a field is copied. Default: all are. */
  readonly isWanted?: (tag: number, bytes: number, part: Part) => boolean;
  /** Values for fields that are copied. */
  readonly replace?: Readonly<Record<number, number>>;
  /** Fields that the copy has in any case, with their values. */
  readonly add?: Readonly<Partial<Record<Part, Readonly<Record<number, number>>>>>;
}

/** Bytes of all values of a directory. Entries of hostile files may all name the same megabyte. */
const MAX_BYTES = 1024 * 1024;

/** The last type that EXIF has (TIFF 6.0, page 15). */
const LAST_TYPE = 12;

const [EXIF, GPS] = [34665, 34853];

/** Places of other directories, previews, and notes of the maker, which are not valid elsewhere. */
const PLACES = [330, 513, 514, EXIF, GPS, 40965, 37500];

/**
 * Copies EXIF data without thumbnail and maker notes.
 *
 * @param image - The first directory.
 * @returns a TIFF structure; null if no field is copied.
 */
export function copyExif(
  file: TiffFile,
  image: TiffDirectory,
  { isWanted = () => true, replace = {}, add = {} }: ExifSelection = {},
): Buffer | null {
  const writer = new ExifWriter(file);
  let isEmpty = true;
  const copy = (directory: TiffDirectory | null, part: Part): RawField[] => {
    const added = Object.entries(add[part] ?? {}).map(([tag, value]) => writer.field(Number(tag), value));
    const isAdded = (tag: number) => added.some((field) => field.tag === tag);
    let left = MAX_BYTES;
    const isCopied = (tag: number, bytes: number) =>
      !PLACES.includes(tag) && !isAdded(tag) && bytes <= left && isWanted(tag, bytes, part);
    const copied: RawField[] = [];
    for (const field of directory?.fields(isCopied) ?? []) {
      left -= field.data.length;
      const value = replace[field.tag];
      if (field.type <= LAST_TYPE) copied.push(value === undefined ? field : writer.field(field.tag, value));
    }
    isEmpty &&= copied.length === 0;
    return [...copied, ...added];
  };
  const directories = {
    image: copy(image, 'image'),
    photo: copy(image.directory(EXIF), 'photo'),
    gps: copy(image.directory(GPS), 'gps'),
  };
  return isEmpty ? null : writer.write(directories);
}

const ORIENTATION = 274;

/** Resolution and orientation, which pictures without a camera have. */
const STRUCTURE = [ORIENTATION, 282, 283, 296];

/**
 * Fields of TIFF directories that are no layout of pixels: description, make, model, software, date, artist, computer,
 * rating, copyright, and texts of Windows.
 */
const ABOUT = [270, 271, 272, 305, 306, 315, 316, 18246, 33432, 40091, 40092, 40093, 40094, 40095];

/**
 * Returns the EXIF data of a file built like TIFF.
 *
 * @param image - The directory of the picture.
 * @returns null if it says nothing but orientation and resolution.
 */
export function copyTiffExif(file: TiffFile, image: TiffDirectory): Buffer | null {
  let isAbout = false;
  const exif = copyExif(file, image, {
    isWanted: (tag, _, part) => {
      const isFact = part !== 'image' || ABOUT.includes(tag);
      isAbout ||= isFact;
      return isFact || STRUCTURE.includes(tag);
    },
  });
  return isAbout ? exif : null;
}
