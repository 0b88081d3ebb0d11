/** A perceptual hash: pictures that look alike have hashes that differ in few bits. */

/** Side of the grey picture that is hashed. */
export const PHASH_SIDE = 32;

/** Side of the block of low frequencies that is kept. */
const KEPT = 8;

/** Rows: frequency, columns: position. */
const cosines = Array.from({ length: KEPT }, (_, frequency) =>
  Array.from({ length: PHASH_SIDE }, (_, at) => Math.cos((Math.PI / PHASH_SIDE) * (at + 0.5) * frequency)),
);

/**
 * The DCT hash after C. Zauner (2010): which of the 8 × 8 lowest frequencies lie above their median. `grey`: 32 × 32
 * bytes, row by row. 16 hexadecimal digits, the lowest frequency first.
 */
export function computePhash(grey: Uint8Array): string {
  const rows = Array.from({ length: PHASH_SIDE }, (_, y) =>
    grey.subarray(y * PHASH_SIDE, (y + 1) * PHASH_SIDE),
  );
  const across = rows.map((row) => cosines.map((wave) => dot(wave, row)));
  const block = cosines.flatMap((wave) =>
    Array.from({ length: KEPT }, (_, x) =>
      dot(
        wave,
        across.map((row) => row[x] ?? 0),
      ),
    ),
  );
  // Rounding errors must not set bits in a uniform picture.
  const steady = block.map((value) => (Math.abs(value) < 1e-6 ? 0 : value));
  const sorted = [...steady].sort((a, b) => a - b);
  const median = ((sorted[31] ?? 0) + (sorted[32] ?? 0)) / 2;
  const bits = steady.map((value) => (value > median ? '1' : '0')).join('');
  return BigInt(`0b${bits}`).toString(16).padStart(16, '0');
}

const dot = (wave: readonly number[], values: ArrayLike<number>): number =>
  wave.reduce((total, factor, at) => total + factor * (values[at] ?? 0), 0);
