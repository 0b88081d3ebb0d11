/** The colours that a HEIF file describes by code points (ISO/IEC 14496-12, 12.1.5). The decoders ignore them. */
import { readHeifContent } from '../formats/heif-content.ts';
import { type DescribedColour, describeVideoCodePoints } from './code-points.ts';

/** @returns null if its primary picture is in sRGB, or has no such description. */
export async function readHeifColour(path: string): Promise<DescribedColour | null> {
  const codePoints = (await readHeifContent(path))?.codePoints;
  return codePoints ? describeVideoCodePoints(...codePoints) : null;
}
