/** EXIF data of an asset, with the location of its XMP packet if EXIF has none. */
import type { SourceImage } from '../lib/image-source.ts';
import { type ExifReading, readExif } from './exif.ts';
import { readXmpLocation } from './xmp-location.ts';

/** Damaged EXIF is reported and does not fail the picture. */
export function readAssetExif({ header: { exif, xmp } }: SourceImage): ExifReading {
  const reading = readExif(exif);
  if ('exif_error' in reading) return reading;
  const location = reading.exif?.location ?? readXmpLocation(xmp);
  return { exif: location ? { ...reading.exif, location } : reading.exif };
}
