/** Exact Euclidean distance transform. */
import type { Mask } from './mask.ts';
import type { Plane } from './plane.ts';

/** Returns the distance in pixels to the nearest pixel outside the mask, up to `maxDepth`. The border of the plane is not an edge. */
export function distanceTransform({ data, width, height }: Mask, maxDepth: number): Plane {
  const upDown = alongColumns(data, width, maxDepth);
  const depth = new Float32Array(data.length);
  for (let y = 0; y < height; y++) {
    const start = y * width;
    for (let x = 0; x < width; x++) {
      if (data[start + x] === 0) continue;
      let best = square(upDown[start + x] ?? 0);
      for (let dx = 1; dx * dx < best; dx++) {
        if (x >= dx) best = Math.min(best, dx * dx + square(upDown[start + x - dx] ?? 0));
        if (x + dx < width) best = Math.min(best, dx * dx + square(upDown[start + x + dx] ?? 0));
      }
      depth[start + x] = Math.sqrt(best);
    }
  }
  return { data: depth, width, height };
}

const square = (value: number): number => value * value;

function alongColumns(data: Uint8Array, width: number, maxDepth: number): Uint8Array {
  const least = new Uint8Array(data.length);
  for (let at = 0; at < data.length; at++) {
    if (data[at] === 0) continue;
    least[at] = Math.min(maxDepth, at < width ? maxDepth : (least[at - width] ?? 0) + 1);
  }
  for (let at = data.length - width - 1; at >= 0; at--) {
    least[at] = Math.min(least[at] ?? 0, (least[at + width] ?? 0) + 1);
  }
  return least;
}
