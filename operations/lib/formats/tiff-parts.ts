/** The strips or tiles of a TIFF picture: where they are, and how many bytes they decode to. */
import type { TiffDirectory, TiffFile } from './tiff-file.ts';
import type { Layout } from './tiff-layout.ts';

/** A strip or tile. Bytes from the start of the file. */
export interface TiffPart {
  readonly offset: number;
  /** Undefined: the file does not say. */
  readonly length: number | undefined;
  /** Decoded bytes up to the end of the picture; null: they depend on the compression. */
  readonly expected: number | null;
  /** Decoded bytes of a part that is not cut by the end of the picture. */
  readonly full: number | null;
  /** Where it is in the picture, in pixels. It may go beyond the right and lower side. */
  readonly box: {
    readonly left: number;
    readonly top: number;
    readonly width: number;
    readonly height: number;
  };
}

/** Whether a part is left out because all of its samples have one value, as GDAL and scanners do (a sparse TIFF). */
export const isEmpty = ({ offset, length }: TiffPart): boolean => offset === 0 && length === 0;

/** @returns null when the list of parts is incomplete. */
export function listParts(directory: TiffDirectory, layout: Layout): TiffPart[] | null {
  const { width, height, samples, separate, tiled, bits, photometric } = layout;
  const offsets = directory.numbers(tiled ? 'tileOffsets' : 'stripOffsets');
  const lengths = directory.numbers(tiled ? 'tileByteCounts' : 'stripByteCounts');
  const planes = separate ? samples : 1;
  const rows = Math.max(
    1,
    tiled
      ? directory.number('tileHeight', height)
      : Math.min(height, directory.number('rowsPerStrip', height)),
  );
  const columns = Math.max(1, tiled ? directory.number('tileWidth', width) : width);
  const down = Math.ceil(height / rows);
  const across = Math.ceil(width / columns);
  const count = across * down * planes;
  if (offsets.length < count) return null;
  // YCbCr may be subsampled.
  const isKnown = photometric !== 6 && bits.every((depth) => depth === bits[0]);
  const rowBytes = Math.ceil((columns * (separate ? 1 : samples) * (bits[0] ?? 1)) / 8);
  const decoded = (partRows: number): number | null => (isKnown ? partRows * rowBytes : null);
  return offsets.slice(0, count).map((offset, index) => ({
    offset,
    length: lengths[index],
    expected: decoded(tiled ? rows : Math.min(rows, height - (index % down) * rows)),
    full: decoded(rows),
    box: {
      left: (index % across) * columns,
      top: (Math.floor(index / across) % down) * rows,
      width: columns,
      height: rows,
    },
  }));
}

/**
 * Compares where the parts are with the size of the file and with each other.
 *
 * @param parts - Of `listParts`.
 * @returns what completes "is damaged: …"; null when all parts are in the file.
 */
export function findMissingParts(
  parts: readonly TiffPart[] | null,
  file: TiffFile,
  { tiled, compression }: Layout,
): string | null {
  const unit = tiled ? 'tiles' : 'strips';
  if (!parts) return `its list of ${unit} is incomplete or lies beyond the end of the file`;
  const stored = parts.filter((part) => !isEmpty(part));
  const lost = stored.filter(({ offset, length }) => offset === 0 || length === 0).length;
  if (lost > 0) return `${lost} of its ${parts.length} ${unit} have no data`;
  // Byte counts of uncompressed strips are often wrong, and libtiff computes them; so only the start counts.
  const end = ({ offset, length = 0 }: TiffPart) => offset + (compression === 1 ? 1 : length);
  const beyond = stored.filter((part) => end(part) > file.size).length;
  if (beyond > 0) return `${beyond} of its ${parts.length} ${unit} lie beyond the end of the file`;
  const sorted = [...stored].sort((a, b) => a.offset - b.offset || end(a) - end(b));
  // Equal parts may share their data.
  const overlapping = sorted.filter((part, index) => {
    const before = sorted[index - 1];
    return before !== undefined && end(before) > part.offset && before.offset !== part.offset;
  }).length;
  return overlapping > 0 ? `${overlapping} of its ${parts.length} ${unit} overlap others` : null;
}
