/** EXIF data of an asset, with the location of its XMP packet if EXIF has none. */
import { copyExif } from '../lib/formats/exif-copy.ts';
import { TiffFile } from '../lib/formats/tiff-file.ts';
import type { SourceImage } from '../lib/image-source.ts';
import type { InputFile } from '../operation.ts';
import { type ExifReading, readExif } from './exif.ts';
import { readXmpLocation } from './xmp-location.ts';

/** Damaged EXIF is reported and does not fail the picture. */
export async function readAssetExif(
  { path }: InputFile,
  { header, format }: SourceImage,
): Promise<ExifReading> {
  // EXIF data of a TIFF file is in the directories of the file itself.
  const raw = format === 'tiff' ? await readTiffExif(path) : header.exif;
  const reading = readExif(raw);
  if ('exif_error' in reading) return reading;
  const location = reading.exif?.location ?? readXmpLocation(header.xmp);
  const exif = location ? { ...reading.exif, location } : reading.exif;
  const isEmpty = exif === null || Object.keys(exif).length === 0;
  return { exif: isEmpty && format === 'tiff' ? null : exif };
}

const readTiffExif = (path: string): Promise<Buffer | undefined> =>
  TiffFile.use(path, async (file) => (file ? copyExif(file) : undefined));
