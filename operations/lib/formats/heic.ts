/** Decodes HEIC pictures to PNG with libheif and libde265 (LGPL) as WebAssembly. */
import { readFile, writeFile } from 'node:fs/promises';
import sharp, { type Metadata } from 'sharp';
import { addProfile } from './png.ts';

/** What the file says of its primary picture. */
type Header = Pick<Metadata, 'icc' | 'hasAlpha'>;

/**
 * Writes the primary picture to a PNG file, turned upright, with its profile.
 *
 * @param end - Bytes that a file which was cut off should have. Only with them the decoder shows what is before the cut.
 */
export async function convertHeic(
  path: string,
  output: string,
  { icc, hasAlpha }: Header,
  end = 0,
): Promise<void> {
  const bytes = await readFile(path);
  const { data, width, height } = await decode(Buffer.concat([bytes], Math.max(bytes.length, end)));
  const pixels = sharp(data, { raw: { width, height, channels: 4 } });
  const png = await (hasAlpha ? pixels : pixels.removeAlpha()).png({ compressionLevel: 1 }).toBuffer();
  await writeFile(output, icc ? addProfile(png, icc) : png);
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
