/** Reads what EXIF says about the lens of a photograph. The engine decides which values are plausible. */
import type { Exif as ExifBlocks } from 'sharp';
import { parseExif, text } from '../image-metadata/exif.ts';

/** A field is left out if EXIF lacks it. A number is null if it is not finite, such as 0/0. */
export interface Lens {
  readonly make?: string | undefined;
  readonly model?: string | undefined;
  readonly lens?: string | undefined;
  /** Millimetres. */
  readonly focal_length?: number | null | undefined;
  /** Millimetres, as on 35 mm film. */
  readonly equivalent?: number | null | undefined;
  /** Digital zoom. */
  readonly zoom?: number | null | undefined;
}

/** `raw`: EXIF data as sharp returns it. Damaged EXIF data has no lens. */
export function readLens(raw: Buffer | undefined): Lens {
  const tags = parseExif(raw);
  if (tags === null || typeof tags === 'string') return {};
  const { Image, Photo } = tags;
  return {
    make: text(Image?.Make),
    model: text(Image?.Model),
    lens: text(Photo?.LensModel),
    focal_length: number(Photo?.FocalLength),
    equivalent: number(Photo?.FocalLengthIn35mmFilm),
    zoom: number(Photo?.DigitalZoomRatio),
  };
}

function number(value: unknown): number | null | undefined {
  if (value === undefined) return undefined;
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** Returns the EXIF data from which COLMAP infers the focal length in pixels: it knows the sensors of many cameras. */
export const toSensorExif = ({ make, model, focal_length }: Lens): ExifBlocks => ({
  IFD0: { ...(make === undefined ? {} : { Make: make }), ...(model === undefined ? {} : { Model: model }) },
  IFD2: focal_length && focal_length > 0 ? { FocalLength: `${Math.round(focal_length * 100)}/100` } : {},
});
