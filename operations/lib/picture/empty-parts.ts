/** The value of strips and tiles that a sparse TIFF file leaves out. libvips reads them as 0. */
import type { Region } from 'sharp';
import type { PictureFile } from '../formats/picture-file.ts';
import { TiffFile } from '../formats/tiff-file.ts';
import { readLayout } from '../formats/tiff-layout.ts';
import { isEmpty, listParts } from '../formats/tiff-parts.ts';
import { notAnImage, type SourceImage } from '../image-source.ts';

/** Photometric interpretations whose samples libvips leaves as they are, or converts to RGB: grey, RGB, CMYK and YCbCr. */
const UNCHANGED = [1, 2, 5, 6];

/**
 * Reads the value that GDAL states (GDAL_NODATA). A value that the samples cannot have counts as 0, as in GDAL.
 *
 * @returns null if all parts have data, or the others are 0.
 * @throws `asset_not_an_image` for a value in a palette or on an inverted scale.
 */
export async function readFill(
  input: PictureFile,
  { format, file }: SourceImage,
): Promise<{ value: number; boxes: readonly Region[] } | null> {
  if (format !== 'tiff') return null;
  // In a copy, other tiles are in the place of those without data.
  const path = input.original?.path ?? input.path;
  const found = await TiffFile.use(path, (tiff) => {
    const directory = tiff?.find(file);
    if (!directory || (!directory.has('gdalNodata') && !input.original)) return null;
    const layout = readLayout(directory);
    const value = Number(directory.text('gdalNodata') || '0');
    const isPossible =
      layout.float || (Number.isInteger(value) && value > 0 && value < 2 ** (layout.bits[0] ?? 1));
    const boxes = (listParts(directory, layout) ?? []).filter(isEmpty).map(({ box }) => box);
    const fill = { value: isPossible ? value : 0, boxes, layout };
    return boxes.length > 0 && (fill.value !== 0 || input.original) ? fill : null;
  });
  if (found && !UNCHANGED.includes(found.layout.photometric ?? 1))
    throw notAnImage(
      input,
      'has tiles without data and a value for them, which is read of grey and RGB only; save it without missing tiles',
    );
  return found;
}
