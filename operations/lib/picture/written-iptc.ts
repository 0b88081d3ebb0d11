/** Removes thumbnails from the image resources of Photoshop, which hold IPTC data in JPEG files. */
import { readSegments } from '../formats/jpeg.ts';

const SIGNATURE = Buffer.from('Photoshop 3.0\0', 'latin1');

/** Numbers of the thumbnail resources (Adobe Photoshop File Formats Specification). */
const THUMBNAILS = [1033, 1036];

/** Returns the JPEG file, with its thumbnails in Photoshop resources removed. */
export function removeIptcThumbnails(jpeg: Buffer): Buffer {
  const parts: Buffer[] = [];
  let copied = 0;
  for (const { marker, at, content } of readSegments(jpeg)) {
    if (marker !== 0xed || !content.subarray(0, SIGNATURE.length).equals(SIGNATURE)) continue;
    const kept = Buffer.concat([SIGNATURE, ...readResources(content.subarray(SIGNATURE.length))]);
    const head = Buffer.from([0xff, marker, 0, 0]);
    head.writeUInt16BE(2 + kept.length, 2);
    parts.push(jpeg.subarray(copied, at), head, kept);
    copied = at + 4 + content.length;
  }
  return Buffer.concat([...parts, jpeg.subarray(copied)]);
}

/** Yields the resources that are kept, up to the first that is cut off or is none. */
function* readResources(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at + 12 <= bytes.length; ) {
    if (bytes.toString('latin1', at, at + 4) !== '8BIM') return;
    // The name and the data are padded to an even length.
    const name = at + 6;
    const size = name + 2 * Math.floor((2 + bytes.readUInt8(name)) / 2);
    if (size + 4 > bytes.length) return;
    const length = bytes.readUInt32BE(size);
    const end = size + 4 + length + (length % 2);
    if (size + 4 + length > bytes.length) return;
    if (!THUMBNAILS.includes(bytes.readUInt16BE(at + 4))) yield bytes.subarray(at, end);
    at = end;
  }
}
