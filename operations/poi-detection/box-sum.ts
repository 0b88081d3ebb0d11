/** Sums of integers over squares around each pixel. Integers, so that the order of summation does not matter. */
import type { Size } from './plane.ts';

/** Sums the square of `2 * reach + 1` pixels around each pixel. Pixels outside the plane count as 0. */
export function sumBoxes(
  data: Uint8Array | Int32Array,
  { width, height }: Size,
  reach: number,
): Int32Array<ArrayBuffer> {
  const across = new Int32Array(width * height);
  for (let start = 0; start < across.length; start += width) {
    let sum = 0;
    for (let x = -reach; x < width; x++) {
      if (x + reach < width) sum += data[start + x + reach] ?? 0;
      if (x > reach) sum -= data[start + x - reach - 1] ?? 0;
      if (x >= 0) across[start + x] = sum;
    }
  }
  const result = new Int32Array(width * height);
  const sums = new Int32Array(width);
  for (let y = -reach; y < height; y++) {
    const enter = y + reach < height ? (y + reach) * width : -1;
    const leave = y > reach ? (y - reach - 1) * width : -1;
    for (let x = 0; x < width; x++) {
      if (enter >= 0) sums[x] = (sums[x] ?? 0) + (across[enter + x] ?? 0);
      if (leave >= 0) sums[x] = (sums[x] ?? 0) - (across[leave + x] ?? 0);
    }
    if (y >= 0) result.set(sums, y * width);
  }
  return result;
}

/** Returns 1 for each pixel with a non-zero pixel in the square around it. */
export const dilate = (mask: Uint8Array, size: Size, reach: number): Uint8Array =>
  maskWhere(sumBoxes(mask, size, reach), (sum) => sum > 0);

/** Returns 1 where a value fulfils a condition. Faster than `Uint8Array.from`. */
export function maskWhere(values: Int32Array, condition: (value: number) => boolean): Uint8Array {
  const mask = new Uint8Array(values.length);
  for (let at = 0; at < mask.length; at++) if (condition(values[at] ?? 0)) mask[at] = 1;
  return mask;
}
