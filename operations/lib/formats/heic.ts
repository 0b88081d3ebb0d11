/** Decodes HEIC pictures to PNG with libheif and libde265 (LGPL) as WebAssembly. */
import { readFile, writeFile } from 'node:fs/promises';
import sharp from 'sharp';
import { setOrientation } from './exif-orientation.ts';
import { addMetadata } from './png.ts';

/** Primaries and transfer functions of ITU-T H.273. */
const DISPLAY_P3 = 12;
const HDR_TRANSFERS: Readonly<Record<number, string>> = { 16: 'PQ', 18: 'HLG' };

/**
 * Reads the coding-independent code points of a HEIF file.
 *
 * @param head - The beginning of the file, with its metadata.
 * @returns null when it has none.
 */
export function readColourCode(head: Buffer): { primaries: number; hdr: string | null } | null {
  const at = head.indexOf('colrnclx', 0, 'latin1');
  if (at < 0 || at + 12 > head.length) return null;
  return {
    primaries: head.readUInt16BE(at + 8),
    hdr: HDR_TRANSFERS[head.readUInt16BE(at + 10)] ?? null,
  };
}

/** Writes the primary picture to a PNG file, turned upright, with its profile and EXIF data. */
export async function convertHeic(path: string, output: string): Promise<void> {
  const bytes = await readFile(path);
  const { icc, exif, hasAlpha } = await sharp(bytes).metadata();
  const { data, width, height } = await decode(bytes);
  const pixels = sharp(data, { raw: { width, height, channels: 4 } });
  const png = await (hasAlpha ? pixels : pixels.removeAlpha()).png({ compressionLevel: 1 }).toBuffer();
  const profile = icc ?? (await findProfile(bytes));
  await writeFile(output, addMetadata(png, { icc: profile, exif: exif ? toUprightExif(exif) : undefined }));
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

/** Phones that write no profile write code points; Display P3 is the only one that is not sRGB in practice. */
async function findProfile(bytes: Buffer): Promise<Buffer | undefined> {
  if (readColourCode(bytes)?.primaries !== DISPLAY_P3) return undefined;
  const sample = sharp({ create: { width: 1, height: 1, channels: 3, background: '#000' } });
  return (await sharp(await sample.withIccProfile('p3').png().toBuffer()).metadata()).icc;
}

/** The decoder turns the picture, so the orientation in its EXIF data no longer holds. */
function toUprightExif(exif: Buffer): Buffer {
  const start = exif.toString('latin1', 0, 4) === 'Exif' ? 6 : 0;
  const upright = Buffer.from(exif.subarray(start));
  setOrientation(upright, 1);
  return upright;
}
