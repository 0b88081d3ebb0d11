/** Working copies of pictures that sharp cannot convert to sRGB in one pass, in the format of libvips. */
import type { SourceImage } from '../image-source.ts';
import { decodeFile } from '../image-source.ts';

/**
 * Writes a picture with 16 bits and a profile as 16-bit sRGB, with its metadata. Takes 2 bytes per channel and pixel on disk.
 * Rendering intent: perceptual, as in all conversions of sharp.
 */
export async function writeWorkingCopy({ file, header }: SourceImage, path: string): Promise<void> {
  const image = decodeFile(file, { ignoreIcc: true, maxPixels: header.width * header.height });
  // sharp converts from the embedded profile when it writes, in the depth of this colour space.
  const space = header.space === 'grey16' ? 'grey16' : 'rgb16';
  await image.toColourspace(space).keepMetadata().withIccProfile('srgb').toFile(path);
}
