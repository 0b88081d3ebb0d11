/** What a HEIF file says of its colours, which the decoders ignore. */
import { readHeifContent } from '../formats/heif-content.ts';
import { type DescribedColour, describeVideoCodePoints } from './code-points.ts';

/** Reads code points (ISO/IEC 14496-12, 12.1.5). @returns null if its primary picture is in sRGB, or has no such description. */
export async function readHeifColour(path: string): Promise<DescribedColour | null> {
  const codePoints = (await readHeifContent(path))?.codePoints;
  return codePoints ? describeVideoCodePoints(...codePoints) : null;
}

/** Whether the colours are multiplied by alpha (ISO/IEC 23008-12, 6.5.8). */
export const hasPremultipliedColours = async (path: string): Promise<boolean> =>
  (await readHeifContent(path))?.isPremultiplied ?? false;
