/** Decodes HEIC pictures to PNG with libheif and libde265 (LGPL) as WebAssembly. */
import { readFile, writeFile } from 'node:fs/promises';
import sharp, { type Metadata } from 'sharp';
import { setOrientation } from './exif-orientation.ts';
import { addMetadata } from './png.ts';

/** What the file says of its primary picture. */
type Header = Pick<Metadata, 'icc' | 'exif' | 'xmp' | 'hasAlpha'>;

/** Writes the primary picture to a PNG file, turned upright, with its profile and metadata. */
export async function convertHeic(
  path: string,
  output: string,
  { icc, exif, xmp, hasAlpha }: Header,
): Promise<void> {
  const { data, width, height } = await decode(await readFile(path));
  const pixels = sharp(data, { raw: { width, height, channels: 4 } });
  const png = await (hasAlpha ? pixels : pixels.removeAlpha()).png({ compressionLevel: 1 }).toBuffer();
  await writeFile(output, addMetadata(png, { icc, xmp, exif: exif ? toUprightExif(exif) : undefined }));
}

async function decode(bytes: Buffer) {
  const { default: libheif } = await import('libheif-js/wasm-bundle.js');
  const images = new libheif.HeifDecoder().decode(bytes);
  const image = images.find((candidate) => candidate.is_primary()) ?? images[0];
  if (!image) throw new Error('heif: the picture cannot be decoded');
  const [width, height] = [image.get_width(), image.get_height()];
  const target = { data: new Uint8ClampedArray(width * height * 4), width, height };
  const result = await new Promise<boolean>((resolve) =>
    image.display(target, (decoded) => resolve(decoded !== null)),
  );
  if (!result) throw new Error('heif: the picture cannot be decoded');
  return target;
}

/** The decoder turns the picture, so the orientation in its EXIF data no longer holds. */
function toUprightExif(exif: Buffer): Buffer {
  const start = exif.toString('latin1', 0, 4) === 'Exif' ? 6 : 0;
  const upright = Buffer.from(exif.subarray(start));
  setOrientation(upright, 1);
  return upright;
}
