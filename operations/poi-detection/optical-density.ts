/** Amount of a stain, from RGB values. */
import type { Plane, Size } from './plane.ts';

/** Red, green and blue of clear glass, 1 to 255. */
export type White = readonly [number, number, number];

/** Returns the optical density for each of the 256 values of a channel. 0 counts as 1; values brighter than glass count as glass. */
export const opticalDensities = (white: number): Float32Array =>
  Float32Array.from({ length: 256 }, (_, value) => Math.max(0, Math.log10(white / Math.max(1, value))));

/** `rgb`: 3 bytes a pixel, row by row. `weights`: of `weightsOf`. */
export function stainPlane(rgb: Uint8Array, size: Size, white: White, weights: White): Plane {
  const [red, green, blue] = white.map((value, channel) =>
    opticalDensities(value).map((od) => od * (weights[channel] ?? 0)),
  );
  const data = new Float32Array(size.width * size.height);
  if (!red || !green || !blue) throw new Error('unreachable');
  for (let at = 0, from = 0; at < data.length; at++, from += 3) {
    data[at] =
      (red[rgb[from] ?? 0] ?? 0) + (green[rgb[from + 1] ?? 0] ?? 0) + (blue[rgb[from + 2] ?? 0] ?? 0);
  }
  return { ...size, data };
}
