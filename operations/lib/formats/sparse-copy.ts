/** Copies of sparse TIFF files with JPEG tiles, which libvips decodes itself. It fails for tiles without data. */
import { constants, copyFile, open } from 'node:fs/promises';
import { listDirectories } from './tiff.ts';
import { type TiffDirectory, TiffFile } from './tiff-file.ts';
import { readLayout } from './tiff-layout.ts';
import { isEmpty, listParts } from './tiff-parts.ts';

const JPEG = 7;

/** A number to write to a file. */
interface Change {
  readonly at: number;
  readonly bytes: number;
  readonly value: number;
}

/**
 * Writes a copy in which each tile without data refers to one that has data. `readFill` replaces what it shows.
 *
 * @returns whether a copy was needed.
 */
export async function copySparseTiles(path: string, copy: string): Promise<boolean> {
  const found = await TiffFile.use(path, (file) => {
    const changes = file ? listDirectories(file).flatMap(({ directory }) => listChanges(directory)) : [];
    return { changes, little: file?.isLittleEndian ?? true };
  });
  if (found.changes.length === 0) return false;
  await copyFile(path, copy, constants.COPYFILE_FICLONE);
  const file = await open(copy, 'r+');
  try {
    for (const { at, bytes, value } of found.changes) {
      const number = Buffer.alloc(8);
      if (found.little) number.writeBigUInt64LE(BigInt(value));
      else number.writeBigUInt64BE(BigInt(value));
      await file.write(number, found.little ? 0 : 8 - bytes, bytes, at);
    }
  } finally {
    await file.close();
  }
  return true;
}

function listChanges(directory: TiffDirectory): Change[] {
  const layout = readLayout(directory);
  if (!layout.tiled || layout.compression !== JPEG) return [];
  const parts = listParts(directory, layout) ?? [];
  const stored = parts.find((part) => !isEmpty(part));
  if (!stored) return [];
  const values = { tileOffsets: stored.offset, tileByteCounts: stored.length ?? 0 };
  return (['tileOffsets', 'tileByteCounts'] as const).flatMap((tag) => {
    const { at = 0, length = 0 } = directory.place(tag) ?? {};
    const bytes = length / directory.numbers(tag).length;
    return parts.flatMap((part, index) =>
      isEmpty(part) ? [{ at: at + index * bytes, bytes, value: values[tag] }] : [],
    );
  });
}
