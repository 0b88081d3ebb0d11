/** Gaussian smoothing. The order of operations does not depend on the tile, so that tiles agree bit for bit. */
import type { Plane } from './plane.ts';

/** Returns the radius of the kernel in pixels. */
export const kernelReach = (sigma: number): number => Math.ceil(3 * sigma);

/** Smooths a plane. Values outside the plane count as 0. */
export function blur({ data, width, height }: Plane, sigma: number): Plane {
  const kernel = gaussianKernel(sigma);
  const across = alongRows(data, width, height, kernel);
  return { data: alongColumns(across, width, height, kernel), width, height };
}

/**
 * Smooths only over valid pixels, as if the others were outside the plane.
 *
 * @param plane - 0 where it is not valid.
 * @param weights - The smoothed mask of valid pixels.
 */
export function blurValid(plane: Plane, valid: Uint8Array, weights: Plane, sigma: number): Plane {
  const smooth = blur(plane, sigma);
  for (let at = 0; at < valid.length; at++)
    smooth.data[at] = valid[at] === 1 ? (smooth.data[at] ?? 0) / (weights.data[at] ?? 1) : 0;
  return smooth;
}

/** Returns one half of the kernel, from its centre. */
function gaussianKernel(sigma: number): Float32Array {
  const half = Float32Array.from({ length: kernelReach(sigma) + 1 }, (_, i) =>
    Math.exp(-(i * i) / (2 * sigma * sigma)),
  );
  const total = half.reduce((sum, value, i) => sum + (i === 0 ? value : 2 * value), 0);
  return half.map((value) => value / total);
}

function alongRows(data: Float32Array, width: number, height: number, kernel: Float32Array): Float32Array {
  const reach = kernel.length - 1;
  const result = new Float32Array(data.length);
  const row = new Float32Array(width + 2 * reach);
  for (let y = 0; y < height; y++) {
    row.set(data.subarray(y * width, (y + 1) * width), reach);
    for (let x = 0; x < width; x++) {
      let sum = (row[x + reach] ?? 0) * (kernel[0] ?? 0);
      for (let i = 1; i <= reach; i++)
        sum += ((row[x + reach - i] ?? 0) + (row[x + reach + i] ?? 0)) * (kernel[i] ?? 0);
      result[y * width + x] = sum;
    }
  }
  return result;
}

function alongColumns(data: Float32Array, width: number, height: number, kernel: Float32Array): Float32Array {
  const reach = kernel.length - 1;
  const result = new Float32Array(data.length);
  const nothing = new Float32Array(width);
  const rowAt = (y: number) => (y < 0 || y >= height ? nothing : data.subarray(y * width, (y + 1) * width));
  for (let y = 0; y < height; y++) {
    const sums = result.subarray(y * width, (y + 1) * width);
    for (let i = 0; i <= reach; i++) {
      const [above, below] = [rowAt(y - i), rowAt(y + i)];
      const weight = kernel[i] ?? 0;
      for (let x = 0; x < width; x++) {
        const pair = i === 0 ? (above[x] ?? 0) : (above[x] ?? 0) + (below[x] ?? 0);
        sums[x] = (sums[x] ?? 0) + pair * weight;
      }
    }
  }
  return result;
}
