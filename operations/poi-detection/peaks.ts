/** Peaks of the distance transform: one per object. Touching objects have a saddle between their peaks. */

import { type Plane, roundEvenly } from './plane.ts';
import { PointGrid } from './point-grid.ts';

export interface Peak {
  readonly x: number;
  readonly y: number;
  readonly depth: number;
}

/** Two peaks belong to one object if the depth between them never falls below this share of the lower peak, or by more than SHALLOWER. */
const SADDLE = 0.88;
const SHALLOWER = 0.5;

/** Minimum distance of two peaks, as a share of the greater depth. */
const MIN_DISTANCE = 0.75;

/**
 * Finds local maxima of at least `least`, and of each object only the deepest. The result depends only on pixels within `reach`.
 *
 * @param depth - Smoothed distance transform.
 */
export function findPeaks(depth: Plane, least: number, reach: number): Peak[] {
  const maxima = findLocalMaxima(depth, least);
  const nearby = new PointGrid(maxima, reach);
  return maxima.filter((peak) => {
    for (const other of nearby.around(peak, reach)) {
      if (!isGreater(other, peak)) continue;
      if (Math.hypot(other.x - peak.x, other.y - peak.y) < MIN_DISTANCE * other.depth) return false;
      if (minDepthBetween(depth, peak, other) >= Math.min(SADDLE * peak.depth, peak.depth - SHALLOWER))
        return false;
    }
    return true;
  });
}

const isGreater = (one: Peak, other: Peak): boolean =>
  one.depth !== other.depth ? one.depth > other.depth : one.y !== other.y ? one.y < other.y : one.x < other.x;

function findLocalMaxima({ data, width, height }: Plane, least: number): Peak[] {
  const found: Peak[] = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const depth = data[y * width + x] ?? 0;
      if (depth >= least && isLocalMaximum(data, width, height, x, y)) found.push({ x, y, depth });
    }
  }
  return found;
}

/** If neighbours are equal, the first one is the maximum. */
function isLocalMaximum(data: Float32Array, width: number, height: number, x: number, y: number): boolean {
  const here = data[y * width + x] ?? 0;
  for (let dy = -1; dy <= 1; dy++) {
    for (let dx = -1; dx <= 1; dx++) {
      if (x + dx < 0 || x + dx >= width || y + dy < 0 || y + dy >= height) continue;
      const there = data[(y + dy) * width + x + dx] ?? 0;
      if (there > here || (there === here && (dy < 0 || (dy === 0 && dx < 0)))) return false;
    }
  }
  return true;
}

function minDepthBetween({ data, width }: Plane, from: Peak, to: Peak): number {
  const steps = Math.ceil(Math.hypot(to.x - from.x, to.y - from.y));
  let least = from.depth;
  for (let step = 1; step < steps; step++) {
    const x = from.x + roundEvenly(((to.x - from.x) * step) / steps);
    const y = from.y + roundEvenly(((to.y - from.y) * step) / steps);
    least = Math.min(least, data[y * width + x] ?? 0);
  }
  return least;
}
