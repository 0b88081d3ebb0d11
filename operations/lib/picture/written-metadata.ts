/** Updates the EXIF and IPTC data of a picture that libvips has written. */
import { readFile, writeFile } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import { ExifBlock } from '../formats/exif-block.ts';
import { readSegments } from '../formats/jpeg.ts';
import type { Kept } from './metadata-choice.ts';
import type { Picture } from './open-picture.ts';
import { updateExif } from './updated-exif.ts';
import { updateIptc } from './updated-iptc.ts';

/**
 * Changes the file in place.
 *
 * @param path - A JPEG, PNG, WebP or AVIF file that libvips wrote.
 */
export async function updateWrittenMetadata(
  path: string,
  { header, profile }: Pick<Picture, 'header' | 'profile'>,
  kept: Kept,
): Promise<void> {
  const written = await readFile(path);
  const { exif, format } = await sharp(written).metadata();
  if (exif) {
    const { bytes } = new ExifBlock(exif);
    const at = written.indexOf(bytes);
    if (at < 0) throw new Error('The EXIF data of a written picture was not found in its file');
    updateExif(bytes, kept, profile === 'srgb').copy(written, at);
    if (format === 'png') {
      const end = at + bytes.length;
      written.writeUInt32BE(crc32(written.subarray(at - 'eXIf'.length, end)), end);
    }
  }
  const iptc = format === 'jpeg' && header.iptc ? updateIptc(header.iptc, kept) : null;
  if (exif || iptc) await writeFile(path, iptc ? insertSegment(written, iptc) : written);
}

/** Inserts a segment of JPEG behind those of JFIF, EXIF and XMP. */
function insertSegment(jpeg: Buffer, segment: Buffer): Buffer {
  const next = [...readSegments(jpeg)].find(({ marker }) => marker !== 0xe0 && marker !== 0xe1);
  const at = next?.at ?? 2;
  return Buffer.concat([jpeg.subarray(0, at), segment, jpeg.subarray(at)]);
}
