/** Finds damage that decoders pass over in silence, before a picture is decoded. */
import { readFile, stat } from 'node:fs/promises';
import type { SourceImage } from '../image-source.ts';
import { findAvifDamage } from './avif-damage.ts';
import { CUT_OFF, type Damage } from './damage.ts';
import { findGifDamage } from './gif-damage.ts';
import { hasHarmlessOddity } from './jpeg-harmless.ts';
import { findScanDamage } from './jpeg-scan.ts';
import type { PictureFile } from './picture-file.ts';
import { findPngDamage } from './png.ts';
import { findTiffDamage } from './tiff-damage.ts';

/** Larger JPEG files are not held in memory. */
const MAX_JPEG_BYTES = 512 * 1024 * 1024;

const UNDECODABLE = 'its contents cannot be decoded';

/** Chunks of PNG that change nothing of what is shown. An unknown chunk may be another one with a damaged name. */
const SILENT_CHUNKS = /^(tEXt|zTXt|iTXt|tIME|pHYs|bKGD|hIST|sPLT|sBIT|oFFs|pCAL|sCAL|acTL|fcTL|fdAT)$/;

/**
 * @param accept - What the client accepts; `harmless` if libvips has given a warning that may be harmless.
 * @returns the kind of damage, and text that completes "is damaged: …"; null when none shows.
 */
export async function findDamage(
  { path, accept }: PictureFile,
  { format, file }: Pick<SourceImage, 'format' | 'file'>,
): Promise<readonly [Damage, string] | null> {
  if (accept === 'all') return null;
  if (format === 'png') {
    const damage = await findPngDamage(path, (type) => !SILENT_CHUNKS.test(type));
    // libvips reports missing pixels.
    return damage?.[0] === 'checksum' ? damage : null;
  }
  if (format === 'gif') return explain(await findGifDamage(path, file.frames));
  if (format === 'tiff' || format === 'heif') {
    const why = await (format === 'tiff' ? findTiffDamage(path, file) : findAvifDamage(path));
    return why === null ? null : ['contents', why];
  }
  if (format !== 'jpeg' || (await stat(path)).size > MAX_JPEG_BYTES) return null;
  const bytes = await readFile(path);
  if (accept === 'harmless' && !hasHarmlessOddity(bytes)) return explain('contents');
  return explain(findScanDamage(bytes));
}

const explain = (damage: 'truncated' | 'contents' | null): readonly [Damage, string] | null =>
  damage && [damage, damage === 'truncated' ? CUT_OFF : UNDECODABLE];
