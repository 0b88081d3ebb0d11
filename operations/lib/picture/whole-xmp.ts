/** Reads the XMP data of a JPEG file: its main packet, which libvips reads, and its extended part. */
import { open } from 'node:fs/promises';
import { joinExtendedXmp } from '../formats/extended-xmp.ts';
import { decodeXmp, MAX_XMP } from './updated-xmp.ts';
import { findExtendedGuid, joinXmp } from './xmp-parts.ts';

/** Bytes in which the segments lie. Longer parts hold pictures. */
const HEAD_BYTES = 4 * 1024 * 1024;

/**
 * @param main - The main packet.
 * @returns one packet; the main one alone if the file has no extended part, or one that cannot be read or is too long.
 */
export async function readWholeXmp(path: string, main: Buffer): Promise<Buffer> {
  const guid = findExtendedGuid(decodeXmp(main));
  if (guid === null) return main;
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    const extended = joinExtendedXmp(buffer.subarray(0, bytesRead), guid);
    const joined = extended && joinXmp(decodeXmp(main), decodeXmp(extended));
    const whole = joined ? Buffer.from(joined) : main;
    return whole.length <= MAX_XMP ? whole : main;
  } finally {
    await file.close();
  }
}
