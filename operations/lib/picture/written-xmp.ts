/** The XMP data of a result. */
import { splitExtendedXmp } from '../formats/extended-xmp.ts';
import type { Kept } from './metadata-choice.ts';
import { updateXmp } from './updated-xmp.ts';
import { splitXmp } from './xmp-parts.ts';

/** Bytes that a segment of JPEG holds (XMP specification, part 3). */
const MAX_JPEG_XMP = 65_502;

export interface WrittenXmp {
  /** Empty: the result has none. */
  readonly packet: string;
  /** Segments of JPEG for what does not fit into the packet. */
  readonly segments: readonly Buffer[];
}

/** @returns null for XMP data that cannot be kept. */
export function buildXmp(xmp: Buffer, format: string, kept: Kept): WrittenXmp | null {
  const packet = updateXmp(xmp, kept);
  if (packet === null) return null;
  if (format !== 'jpeg' || Buffer.byteLength(packet) <= MAX_JPEG_XMP) return { packet, segments: [] };
  const parts = splitXmp(packet, MAX_JPEG_XMP - 1000);
  return parts && { packet: parts.main, segments: splitExtendedXmp(Buffer.from(parts.extended)) };
}
