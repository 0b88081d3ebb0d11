/** Encodes a picture so that it has at most so many bytes. */
import { stat } from 'node:fs/promises';
import type { Sharp } from 'sharp';
import { assetError } from '../lib/image-source.ts';
import { type Encoding, isLossy, writePicture } from '../lib/picture/encode-picture.ts';
import type { Picture } from '../lib/picture/open-picture.ts';
import type { InputFile } from '../operation.ts';

/**
 * Finds the highest quality that fits, by bisection.
 *
 * @param image - Decoded and resized, since it is encoded several times.
 * @throws `operation_failed` if no quality fits, and if a lossless result is too large.
 */
export async function writeWithin(
  input: InputFile,
  image: Sharp,
  picture: Picture,
  encoding: Encoding,
  { path, limit }: { path: string; limit: number },
): Promise<void> {
  const measure = async (quality: number | undefined): Promise<number> => {
    await writePicture(image.clone(), picture, { ...encoding, quality }, path);
    return (await stat(path)).size;
  };
  const wanted = encoding.quality ?? (encoding.format === 'avif' ? 50 : 80);
  const size = await measure(encoding.quality);
  if (size <= limit) return;
  const refuse = (bytes: number, advice: string) =>
    assetError('operation_failed', input, `has a result of ${bytes} bytes, more than ${limit}; ${advice}`);
  if (!isLossy(encoding)) throw refuse(size, 'choose a smaller box or a lossy format');
  let [fits, tooLarge, written] = [0, wanted, wanted];
  let smallest = size;
  while (tooLarge - fits > 1) {
    written = (fits + tooLarge) >> 1;
    smallest = await measure(written);
    if (smallest <= limit) fits = written;
    else tooLarge = written;
  }
  if (fits === 0) throw refuse(smallest, 'even with quality 1; choose a smaller box');
  if (written !== fits) await measure(fits);
}
