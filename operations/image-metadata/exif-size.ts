/**
 * Whether EXIF data says things once. Each entry names an offset and a count, and nothing keeps 5000 entries from
 * naming the same 60 KB: a reader that believes them makes gigabytes of one small file.
 */

/** Bytes of a value of each type, by its number (TIFF 6.0, page 15). */
const valueBytes = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8];

/** Entries that hold the offset of another directory: EXIF, GPS, interoperability. */
const pointers = new Set([0x8769, 0x8825, 0xa005]);

/** `tiff`: from the byte order mark on. False also of what is no TIFF structure at all. */
export function isReasonablySized(tiff: Buffer): boolean {
  const little = tiff.toString('latin1', 0, 2) === 'II';
  const u16 = (at: number) =>
    at + 2 > tiff.length ? 0 : little ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at);
  const u32 = (at: number) =>
    at + 4 > tiff.length ? 0 : little ? tiff.readUInt32LE(at) : tiff.readUInt32BE(at);
  const queue = [u32(4)];
  const seen = new Set<number>();
  let bytes = 0;
  for (let start = queue.pop(); start !== undefined; start = queue.pop()) {
    if (start === 0 || seen.has(start)) continue;
    seen.add(start);
    const end = start + 2 + u16(start) * 12;
    for (let entry = start + 2; entry < Math.min(end, tiff.length); entry += 12) {
      const size = u32(entry + 4) * (valueBytes[u16(entry + 2)] ?? 0);
      if (size > 4) bytes += Math.min(size, Math.max(0, tiff.length - u32(entry + 8)));
      if (pointers.has(u16(entry))) queue.push(u32(entry + 8));
    }
    // Overlapping directories repeat each other, too.
    bytes += Math.max(0, Math.min(end, tiff.length) - start);
    if (bytes > 2 * tiff.length) return false;
    queue.push(u32(end));
  }
  return true;
}
