/** Reads the markers of JPEG files (ITU-T T.81), without decoding pixels. */

export interface JpegFrame {
  /** Pixels, as stored. */
  readonly width: number;
  readonly height: number;
  /** Bits per sample. */
  readonly precision: number;
  readonly components: number;
  /** Second byte of the SOF marker, 0xc0 to 0xcf, or 0xf7 for JPEG-LS. */
  readonly process: number;
  /** Where the frame header begins, in bytes. */
  readonly at: number;
}

const isStandalone = (marker: number): boolean => marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);
const isFrame = (marker: number): boolean =>
  marker === 0xf7 || (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker));

/** A marker with the content of its segment. */
interface Segment {
  readonly marker: number;
  readonly at: number;
  readonly content: Buffer;
}

/**
 * Yields the segments up to the first scan, or up to the last one. Bytes between segments are passed over, as decoders do.
 */
export function* readSegments(bytes: Buffer, { allScans = false } = {}): Generator<Segment> {
  for (let at = bytes.indexOf(0xff, 2); at >= 0 && at + 4 <= bytes.length; at = bytes.indexOf(0xff, at)) {
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xff || marker === 0) at += 1;
    else if (isStandalone(marker)) at += 2;
    else {
      const end = at + 2 + bytes.readUInt16BE(at + 2);
      yield { marker, at, content: bytes.subarray(at + 4, end) };
      if ((marker === 0xda && !allScans) || marker === 0xd9) return;
      at = end;
    }
  }
}

/** @returns null when the bytes end before the frame header. */
export function readFrame(bytes: Buffer): JpegFrame | null {
  for (const { marker, at, content } of readSegments(bytes)) {
    if (!isFrame(marker) || content.length < 6) continue;
    return {
      precision: content.readUInt8(0),
      height: content.readUInt16BE(1),
      width: content.readUInt16BE(3),
      components: content.readUInt8(5),
      process: marker,
      at,
    };
  }
  return null;
}

/** Completes "it is …" for what libjpeg-turbo cannot decode; null: it can. */
export function findUnreadableJpeg({ precision, process, components }: JpegFrame): string | null {
  if (process === 0xf7) return 'a JPEG-LS picture';
  if (process === 0xc3 || process === 0xcb) return 'a lossless JPEG picture';
  if (process > 0xc3 && process !== 0xc9 && process !== 0xca) return 'a hierarchical JPEG picture';
  if (precision !== 8) return `a ${precision}-bit JPEG picture`;
  return components > 4 || components === 2 ? `a JPEG picture with ${components} components` : null;
}

/** Whether an end marker (EOI) follows the start of the first scan. */
export function hasEndMarker(bytes: Buffer): boolean {
  const scan = [...readSegments(bytes)].find(({ marker }) => marker === 0xda);
  return scan !== undefined && bytes.includes(Buffer.from([0xff, 0xd9]), scan.at);
}
