/** What a camera wrote into a picture: the part of EXIF 2.32 that people ask for, as JSON of a bounded size. */
import readExifTags, { type Exif } from 'exif-reader';
import { copyExif } from '../lib/formats/exif-copy.ts';
import { TiffFile } from '../lib/formats/tiff-file.ts';
import { readTakenAt } from './exif-time.ts';
import { type GeoLocation, toLocation } from './geo-location.ts';

/** Bytes. JPEG has room for 64 KiB; PNG and WebP for anything. */
const MAX_EXIF = 1024 * 1024;
const MAX_TEXT = 200;

/** Absent fields are omitted. */
export interface ExifFacts {
  readonly make?: string;
  readonly model?: string;
  readonly lens?: string;
  readonly exposure_seconds?: number;
  readonly f_number?: number;
  readonly iso?: number;
  readonly focal_length_mm?: number;
  readonly focal_length_35mm?: number;
  readonly flash?: boolean;
  /** By the clock of the camera, `2026-11-21T09:30:00`; with an offset from UTC if the camera knew it. */
  readonly taken_at?: string;
  readonly software?: string;
  readonly artist?: string;
  readonly copyright?: string;
  readonly description?: string;
  readonly location?: GeoLocation;
}

export type ExifReading =
  | { readonly exif: ExifFacts | null }
  | { readonly exif: null; readonly exif_error: string };

/** `raw`: the block as sharp returns it. Damaged EXIF is reported and does not fail the picture. */
export function readExif(raw: Buffer | undefined): ExifReading {
  const read = readBlock(raw);
  if (typeof read === 'string') return { exif: null, exif_error: read };
  return { exif: read && toExifFacts(read.tags, read.file) };
}

/** Returns null if there is no EXIF data, and a sentence if it is damaged. */
export function parseExif(raw: Buffer | undefined): Exif | string | null {
  const read = readBlock(raw);
  return typeof read === 'string' ? read : (read?.tags ?? null);
}

function readBlock(raw: Buffer | undefined): { tags: Exif; file: TiffFile } | string | null {
  if (!raw || raw.length === 0) return null;
  if (raw.length > MAX_EXIF) return damaged(`it has ${raw.length} bytes, more than ${MAX_EXIF}`);
  const file = TiffFile.parse(raw);
  const [image] = file?.directories ?? [];
  if (!file || !image) return damaged('it cannot be read');
  // A directory that cannot be read does not void the others.
  const clean = copyExif(file, image);
  try {
    return clean && { tags: readExifTags(clean), file };
  } catch {
    return damaged('it cannot be read');
  }
}

const damaged = (why: string): string => `The EXIF data is damaged: ${why}`;

function toExifFacts({ Image, Photo, GPSInfo }: Exif, file: TiffFile): ExifFacts {
  const flash = number(Photo?.Flash);
  return present({
    make: text(Image?.Make),
    model: text(Image?.Model),
    lens: text(Photo?.LensModel),
    exposure_seconds: positive(Photo?.ExposureTime),
    f_number: positive(Photo?.FNumber),
    iso: readIso(Photo ?? {}),
    focal_length_mm: positive(Photo?.FocalLength),
    focal_length_35mm: positive(Photo?.FocalLengthIn35mmFilm),
    flash: flash === undefined ? undefined : (flash & 1) === 1,
    taken_at: readTakenAt(file),
    software: text(Image?.Software),
    artist: text(Image?.Artist),
    copyright: text(Image?.Copyright),
    description: text(Image?.ImageDescription),
    location: readLocation(GPSInfo ?? {}),
  });
}

/** The largest value of the 16 bits that the first tag has: the sensitivity is in others. */
const ISO_ELSEWHERE = 65_535;

function readIso(photo: NonNullable<Exif['Photo']>): number | undefined {
  const iso = positive(first(photo.ISOSpeedRatings));
  return iso === ISO_ELSEWHERE
    ? (positive(photo.RecommendedExposureIndex) ?? positive(photo.StandardOutputSensitivity))
    : iso;
}

function readLocation(gps: NonNullable<Exif['GPSInfo']>): GeoLocation | undefined {
  // V: the receiver had no fix.
  if (text(gps.GPSStatus) === 'V') return undefined;
  const height = number(gps.GPSAltitude);
  const ref = first(gps.GPSAltitudeRef);
  // 3: below the ellipsoid, of EXIF 3.0.
  const below = ref === 1 || ref === 3;
  return toLocation(
    degrees(gps.GPSLatitude, gps.GPSLatitudeRef, 'NS'),
    degrees(gps.GPSLongitude, gps.GPSLongitudeRef, 'EW'),
    height === undefined || !below ? height : -height,
  );
}

/** Degrees, minutes and seconds, of which the last may be missing. NaN without a hemisphere. */
function degrees(parts: unknown, ref: unknown, [positive, negative]: string): number {
  const hemisphere = text(ref)?.charAt(0).toUpperCase();
  if (!Array.isArray(parts) || (hemisphere !== positive && hemisphere !== negative)) return Number.NaN;
  const [whole, minutes = 0, seconds = 0] = parts.map((part) => number(part) ?? Number.NaN);
  const value = (whole ?? Number.NaN) + minutes / 60 + (Number.isFinite(seconds) ? seconds : 0) / 3600;
  return value >= 0 ? (hemisphere === negative ? -value : value) : Number.NaN;
}

/** Returns undefined for values without printable text. */
export function text(value: unknown): string | undefined {
  if (typeof value !== 'string' && !Buffer.isBuffer(value)) return undefined;
  // ASCII by the standard, UTF-8 by custom.
  const all = String(value).split('\0', 1)[0] ?? '';
  const words = all
    .slice(0, 4 * MAX_TEXT)
    .replace(/[\s\p{Cc}\p{Cs}]+/gu, ' ')
    .trim();
  return words === '' ? undefined : [...words].slice(0, MAX_TEXT).join('');
}

const first = (value: unknown): unknown => (Array.isArray(value) ? value[0] : value);

const number = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;

function positive(value: unknown): number | undefined {
  const found = number(value);
  return found !== undefined && found > 0 ? rounded(found, 6) : undefined;
}

/** JSON writes -0 as 0, so -0 becomes 0 here as well. */
const rounded = (value: number, digits: number): number => Number(value.toFixed(digits)) + 0;

type Present<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> };

const present = <T extends object>(facts: T): Present<T> & Pick<T, RequiredOf<T>> =>
  Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)) as Present<T> &
    Pick<T, RequiredOf<T>>;

/** Keys whose value cannot be undefined. */
type RequiredOf<T> = { [Key in keyof T]: undefined extends T[Key] ? never : Key }[keyof T];
