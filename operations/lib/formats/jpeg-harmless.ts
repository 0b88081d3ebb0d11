/** Distinguishes warnings of libjpeg that concern no pixel from those about lost data, which have the same text. */
import { readSegments } from './jpeg.ts';

const EOI = Buffer.from([0xff, 0xd9]);
const [APP0, APP14, SOS] = [0xe0, 0xee, 0xda];

/** Transforms that libjpeg knows, and versions of JFIF. */
const MAX_ADOBE_TRANSFORM = 2;
const JFIF_VERSION = 1;

/**
 * Whether a JPEG file has something that explains a warning about "extraneous bytes" or an unknown version: bytes between
 * segments, padding behind a scan, or an unknown version or transform. Without it, a scan has data that was not decoded.
 */
export function hasHarmlessOddity(bytes: Buffer): boolean {
  let end = 2;
  let inScans = false;
  for (const { marker, at, content } of readSegments(bytes, { allScans: true })) {
    const before = bytes.subarray(end, at);
    if (inScans ? isPadding(before) : before.some((byte) => byte !== 0xff)) return true;
    const id = content.toString('latin1', 0, 5);
    if (marker === APP0 && id === 'JFIF\0' && content[5] !== JFIF_VERSION) return true;
    if (marker === APP14 && id === 'Adobe' && (content[11] ?? 0) > MAX_ADOBE_TRANSFORM) return true;
    inScans ||= marker === SOS;
    end = at + 4 + content.length;
  }
  return isPadding(bytes.subarray(end, bytes.lastIndexOf(EOI)));
}

/** Entropy-coded data ends with bits of 1; zeros behind it are padding. */
const isPadding = (data: Buffer): boolean => data.length > 1 && data.at(-1) === 0 && data.at(-2) !== 0xff;
