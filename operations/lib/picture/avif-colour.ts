/** The colours that an AVIF file describes by code points (ISO/IEC 14496-12, 12.1.5). libvips ignores them. */
import { open } from 'node:fs/promises';
import { readMeta } from '../formats/heif-meta.ts';
import type { BoxReader } from '../formats/iso-box.ts';
import { type DescribedColour, describeVideoCodePoints } from './code-points.ts';

/**
 * Reads the first `colr` box of the picture's properties. With several pictures in a file, such as a picture and its alpha, the one that is shown
 * comes first.
 *
 * @returns null for sRGB, and if there is no description.
 */
export async function readAvifColour(path: string): Promise<DescribedColour | null> {
  const file = await open(path);
  try {
    const meta = await readMeta(file);
    return meta && findColour(meta);
  } catch (error) {
    // The client accepts the damage.
    if (error instanceof RangeError) return null;
    throw error;
  } finally {
    await file.close();
  }
}

function findColour(meta: BoxReader): DescribedColour | null {
  for (const { type, content } of meta.boxes()) {
    if (type === 'iprp' || type === 'ipco') return findColour(content);
    if (type === 'colr' && content.fourCharacters() === 'nclx')
      return describeVideoCodePoints(content.number(2), content.number(2));
  }
  return null;
}
