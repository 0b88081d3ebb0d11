/** The extended part of XMP in JPEG files, which holds what does not fit into one segment (XMP specification, part 3, 1.1.3.1). */
import { createHash } from 'node:crypto';
import { readSegments } from './jpeg.ts';

const PREFIX = Buffer.from('http://ns.adobe.com/xmp/extension/\0', 'latin1');
const APP1 = 0xe1;

/** A segment has its marker, its length, the prefix, the GUID of the part, and the length of the part and the place in it. */
const GUID_AT = PREFIX.length;
const LENGTH_AT = GUID_AT + 32;
const DATA_AT = LENGTH_AT + 8;
const MAX_DATA = 65_400;

/**
 * Joins the portions of the extended part.
 *
 * @param guid - As the main packet states it.
 * @returns null if a portion is missing.
 */
export function joinExtendedXmp(jpeg: Buffer, guid: string): Buffer | null {
  const portions = new Map<number, Buffer>();
  let length = 0;
  for (const { marker, content } of readSegments(jpeg)) {
    if (marker !== APP1 || content.length < DATA_AT || !content.subarray(0, GUID_AT).equals(PREFIX)) continue;
    if (content.toString('latin1', GUID_AT, LENGTH_AT).toUpperCase() !== guid.toUpperCase()) continue;
    length = content.readUInt32BE(LENGTH_AT);
    portions.set(content.readUInt32BE(LENGTH_AT + 4), content.subarray(DATA_AT));
  }
  const sorted = [...portions].sort(([a], [b]) => a - b);
  let end = 0;
  for (const [offset, { length: bytes }] of sorted) {
    if (offset !== end) return null;
    end += bytes;
  }
  return end > 0 && end === length ? Buffer.concat(sorted.map(([, portion]) => portion)) : null;
}

/** Returns the GUID of an extended part, which is its MD5 digest. */
export const computeGuid = (extended: Buffer): string =>
  createHash('md5').update(extended).digest('hex').toUpperCase();

/** Returns the segments of JPEG that hold an extended part. */
export function splitExtendedXmp(extended: Buffer): Buffer[] {
  const segments: Buffer[] = [];
  for (let at = 0; at < extended.length; at += MAX_DATA) {
    const data = extended.subarray(at, at + MAX_DATA);
    const head = Buffer.from([0xff, APP1, 0, 0]);
    head.writeUInt16BE(2 + DATA_AT + data.length, 2);
    const place = Buffer.alloc(8);
    place.writeUInt32BE(extended.length, 0);
    place.writeUInt32BE(at, 4);
    segments.push(Buffer.concat([head, PREFIX, Buffer.from(computeGuid(extended), 'latin1'), place, data]));
  }
  return segments;
}
