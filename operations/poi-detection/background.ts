/** Removes the background of a stain: cytoplasm, uneven light, residual stain. */
import type { Plane } from './plane.ts';

/** Share of the pixels of a cell that count as background. */
const SHARE = 0.2;
const BINS = 512;
const MIN = -0.5;
const MAX = 1.5;

/** Returns the side of the cells in pixels: several times the size of an object. */
export const backgroundCell = (maxRadius: number): number => Math.max(64, Math.ceil(maxRadius / 4) * 16);

/**
 * Subtracts the background: the 20th percentile of each cell, interpolated between cell centres. The plane must start at a cell corner, so that
 * tiles share the cell grid.
 */
export function subtractBackground({ data, width, height }: Plane, cell: number): Plane {
  const columns = Math.ceil(width / cell);
  const rows = Math.ceil(height / cell);
  const levels = new Float32Array(columns * rows);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++)
      levels[row * columns + column] = estimateLevel(data, width, height, column * cell, row * cell, cell);
  }
  const result = new Float32Array(data.length);
  const across = Array.from({ length: width }, (_, x) => interpolationWeights(x, cell, columns));
  for (let y = 0; y < height; y++) {
    const down = interpolationWeights(y, cell, rows);
    const [upper, lower] = [down.first * columns, down.second * columns];
    for (let x = 0; x < width; x++) {
      const { first, second, share } = across[x] ?? down;
      const above = (levels[upper + first] ?? 0) * (1 - share) + (levels[upper + second] ?? 0) * share;
      const below = (levels[lower + first] ?? 0) * (1 - share) + (levels[lower + second] ?? 0) * share;
      result[y * width + x] = (data[y * width + x] ?? 0) - above * (1 - down.share) - below * down.share;
    }
  }
  return { data: result, width, height };
}

function estimateLevel(
  data: Float32Array,
  width: number,
  height: number,
  left: number,
  top: number,
  cell: number,
): number {
  const counts = new Uint32Array(BINS);
  const [right, bottom] = [Math.min(width, left + cell), Math.min(height, top + cell)];
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const bin = (((data[y * width + x] ?? 0) - MIN) / (MAX - MIN)) * BINS;
      const inRange = Math.max(0, Math.min(BINS - 1, Math.floor(bin)));
      counts[inRange] = (counts[inRange] ?? 0) + 1;
    }
  }
  let left_ = (right - left) * (bottom - top) * SHARE;
  const bin = counts.findIndex((count) => {
    left_ -= count;
    return left_ <= 0;
  });
  return MIN + ((bin + 0.5) * (MAX - MIN)) / BINS;
}

/** Returns the cells whose centres enclose a pixel, and the weight of the second. */
function interpolationWeights(
  at: number,
  cell: number,
  cells: number,
): { first: number; second: number; share: number } {
  const place = (at + 0.5) / cell - 0.5;
  const first = Math.floor(place);
  return {
    first: Math.max(0, first),
    second: Math.min(cells - 1, first + 1),
    share: place - first,
  };
}
