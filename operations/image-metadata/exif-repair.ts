/** Removes directories of EXIF data that cannot be read, so that they do not void the others. */
import { EXIF_POINTER, ExifBlock, GPS_POINTER, INTEROPERABILITY_POINTER } from '../lib/formats/exif-block.ts';

/**
 * Returns a copy without interoperability data, and without thumbnail, EXIF and GPS directories that are not reasonably
 * sized. Returns null if the first directory is not.
 */
export function repairExif(raw: Buffer): ExifBlock | null {
  const block = new ExifBlock(Buffer.from(raw));
  if (!isReasonablySized(block, block.first)) return null;
  const end = block.end(block.first);
  if (!isReasonablySized(block, block.u32(end))) block.setU32(end, 0);
  for (const { tag, at } of block.entries(block.first)) {
    const isPointer = tag === EXIF_POINTER || tag === GPS_POINTER;
    if (isPointer && !isReasonablySized(block, block.u32(at + 8))) block.setU32(at + 8, 0);
  }
  for (const { tag, at } of block.entries(block.subDirectory(EXIF_POINTER)))
    if (tag === INTEROPERABILITY_POINTER) block.setU32(at + 8, 0);
  return block;
}

/**
 * Whether the values of a directory overlap little. Nothing keeps 5000 entries from naming the same 60 KB: a reader that
 * believes them needs gigabytes for a small file.
 */
function isReasonablySized(block: ExifBlock, directory: number): boolean {
  const { length } = block.bytes;
  let bytes = 0;
  for (const { size, valueAt } of block.entries(directory))
    if (size > 4) bytes += Math.min(size, Math.max(0, length - valueAt));
  return bytes <= 2 * length;
}
