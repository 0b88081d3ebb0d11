/** Updates the metadata of a picture that libvips has written. */
import { readFile, writeFile } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import { readSegments } from '../formats/jpeg.ts';
import type { Kept } from './metadata-choice.ts';
import { updateIptc } from './updated-iptc.ts';

/**
 * Changes the file in place.
 *
 * @param path - A JPEG, PNG, WebP or AVIF file that libvips wrote.
 * @param exif - EXIF data, which replaces what the file has; null: it has none. No longer than that.
 * @param iptc - IPTC data of the asset.
 * @param segments - Further segments of a JPEG file.
 */
export async function updateWrittenMetadata(
  path: string,
  {
    exif,
    iptc,
    segments,
  }: {
    readonly exif: Buffer | null;
    readonly iptc: Buffer | undefined;
    readonly segments: readonly Buffer[];
  },
  kept: Kept,
): Promise<void> {
  if (!exif && !iptc && segments.length === 0) return;
  const written = await readFile(path);
  const { exif: placeholder, format } = await sharp(written).metadata();
  if (exif && placeholder) {
    const start = placeholder.toString('latin1', 0, 4) === 'Exif' ? 6 : 0;
    const length = placeholder.length - start;
    const at = written.indexOf(placeholder.subarray(start));
    if (at < 0 || exif.length > length) throw new Error('A written picture has no room for its EXIF data');
    Buffer.concat([exif], length).copy(written, at);
    if (format === 'png') {
      const end = at + length;
      written.writeUInt32BE(crc32(written.subarray(at - 'eXIf'.length, end)), end);
    }
  }
  const described = format === 'jpeg' && iptc ? updateIptc(iptc, kept) : null;
  const added = [...segments, ...(described ? [described] : [])];
  await writeFile(path, added.length > 0 ? insertSegments(written, added) : written);
}

/** Inserts segments of JPEG behind those of JFIF, EXIF and XMP. */
function insertSegments(jpeg: Buffer, segments: readonly Buffer[]): Buffer {
  const next = [...readSegments(jpeg)].find(({ marker }) => marker !== 0xe0 && marker !== 0xe1);
  const at = next?.at ?? 2;
  return Buffer.concat([jpeg.subarray(0, at), ...segments, jpeg.subarray(at)]);
}
