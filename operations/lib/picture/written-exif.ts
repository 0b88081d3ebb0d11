/** Removes from the EXIF data of a written picture what is no longer true. */
import { readFile, writeFile } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import { EXIF_POINTER, ExifBlock, GPS_POINTER, INTEROPERABILITY_POINTER } from '../formats/exif-block.ts';
import { removeIptcThumbnails } from './written-iptc.ts';

/** Size in pixels. libvips updates that in the EXIF directory. */
const SIZES = [0x0100, 0x0101];
/** Subject area and location in pixels, and maker notes: they may hold previews of the original picture. */
const OUTDATED = [0x9214, 0xa214, 0x927c, INTEROPERABILITY_POINTER];

/**
 * Removes the thumbnail and maker notes, which may show parts that were cropped away, positions in pixels, and the
 * location if that is requested. Changes the file in place.
 *
 * @param path - A JPEG, PNG, WebP or AVIF file that libvips wrote.
 */
export async function removeOutdatedExif(path: string, { location }: { location: boolean }): Promise<void> {
  const written = await readFile(path);
  const { exif, format } = await sharp(written).metadata();
  if (exif) {
    const { bytes } = new ExifBlock(exif);
    const at = written.indexOf(bytes);
    if (at < 0) throw new Error('The EXIF data of a written picture was not found in its file');
    const block = new ExifBlock(written.subarray(at, at + bytes.length));
    cleanBlock(block, location);
    if (format === 'png') {
      const end = at + bytes.length;
      written.writeUInt32BE(crc32(written.subarray(at - 'eXIf'.length, end)), end);
    }
  }
  if (exif || format === 'jpeg')
    await writeFile(path, format === 'jpeg' ? removeIptcThumbnails(written) : written);
}

function cleanBlock(block: ExifBlock, keepsLocation: boolean): void {
  const next = block.u32(block.end(block.first));
  if (next !== 0) {
    const thumbnail = block.find(next, 0x0201);
    const length = block.find(next, 0x0202);
    if (thumbnail && length) {
      const at = block.u32(thumbnail.valueAt);
      block.bytes.fill(0, at, Math.max(at, Math.min(at + block.u32(length.valueAt), block.bytes.length)));
    }
    removeEntries(block, next, () => true);
    block.setU32(block.end(block.first), 0);
  }
  removeEntries(block, block.subDirectory(EXIF_POINTER), (tag) => OUTDATED.includes(tag));
  if (!keepsLocation) removeEntries(block, block.subDirectory(GPS_POINTER), () => true);
  removeEntries(block, block.first, (tag) => SIZES.includes(tag) || (tag === GPS_POINTER && !keepsLocation));
}

/** Overwrites the removed values with zeros, and moves the other entries up. */
function removeEntries(block: ExifBlock, directory: number, isRemoved: (tag: number) => boolean): void {
  if (directory === 0) return;
  const { bytes } = block;
  const end = block.end(directory);
  const next = block.u32(end);
  const kept: Buffer[] = [];
  for (const { tag, at, valueAt, size } of block.entries(directory))
    if (isRemoved(tag))
      bytes.fill(0, Math.min(valueAt, bytes.length), Math.min(valueAt + size, bytes.length));
    else kept.push(Buffer.from(bytes.subarray(at, at + 12)));
  bytes.fill(0, directory, Math.min(end + 4, bytes.length));
  block.setU16(directory, kept.length);
  Buffer.concat(kept).copy(bytes, directory + 2);
  block.setU32(block.end(directory), next);
}
