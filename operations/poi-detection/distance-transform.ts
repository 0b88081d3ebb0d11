/** How deep inside a thing a pixel lies: its distance from the nearest pixel outside, exact. */
import type { Mask } from './mask.ts';
import type { Plane } from './plane.ts';

/** Pixels; 0 outside, and nothing deeper than `deepest`. The border of the plane is no edge. */
export function distanceTransform({ data, width, height }: Mask, deepest: number): Plane {
  const upDown = alongColumns(data, width, deepest);
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

function alongColumns(data: Uint8Array, width: number, deepest: number): Uint8Array {
  const least = new Uint8Array(data.length);
  for (let at = 0; at < data.length; at++) {
    if (data[at] === 0) continue;
    least[at] = Math.min(deepest, at < width ? deepest : (least[at - width] ?? 0) + 1);
  }
  for (let at = data.length - width - 1; at >= 0; at--) {
    least[at] = Math.min(least[at] ?? 0, (least[at + width] ?? 0) + 1);
  }
  return least;
}
