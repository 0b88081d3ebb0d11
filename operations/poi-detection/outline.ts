/** Centre, radius and roundness of an object, by rays from its peak. */
import type { Peak } from './peaks.ts';
import { type Plane, roundEvenly } from './plane.ts';

export interface Outline {
  readonly x: number;
  readonly y: number;
  /** Pixels, of the circle with the same area. */
  readonly radius: number;
  /** 1 for a circle, lower for elongated or ragged objects. */
  readonly roundness: number;
  /** Share of the rays that do not end at another object. */
  readonly isolation: number;
  /** Number of rays that reach no edge within the maximum length. */
  readonly endless: number;
  /** Longest diameter, as a share of the diameter of the circle. */
  readonly elongation: number;
}

const RAYS = 24;
const STEP = 0.5;
/** A ray whose depth rises by this much after its minimum has entered another object. */
const RISE = 0.35;

/** Smoothed depth of pixels at the edge of an object. */
const EDGE = 0.5;

const directions = Array.from({ length: RAYS }, (_, i) => {
  const angle = (2 * Math.PI * i) / RAYS;
  return { dx: Math.cos(angle), dy: Math.sin(angle) };
});

/** @param maxLength - Of a ray, in pixels. */
export function traceOutline(depth: Plane, peak: Peak, maxLength: number): Outline {
  let squares = 0;
  let sum = 0;
  const lengths: number[] = [];
  let clear = 0;
  let endless = 0;
  let x = 0;
  let y = 0;
  for (const { dx, dy } of directions) {
    const { length, ends } = castRay(depth, peak, dx, dy, maxLength);
    if (ends) clear++;
    if (length === maxLength) endless++;
    sum += length;
    lengths.push(length);
    squares += length ** 2;
    x += length ** 3 * dx;
    y += length ** 3 * dy;
  }
  const radius = Math.sqrt(squares / RAYS);
  const diameters = lengths.slice(0, RAYS / 2).map((length, ray) => length + (lengths[ray + RAYS / 2] ?? 0));
  return {
    // The centroid of the star that the rays form.
    x: peak.x + (2 * x) / (3 * squares),
    y: peak.y + (2 * y) / (3 * squares),
    radius,
    roundness: sum ** 2 / (RAYS * squares),
    isolation: clear / RAYS,
    endless,
    elongation: Math.max(...diameters) / (2 * radius),
  };
}

function castRay(
  { data, width, height }: Plane,
  { x, y, depth }: Peak,
  dx: number,
  dy: number,
  maxLength: number,
): { length: number; ends: boolean } {
  let least = depth;
  let leastAt = 0;
  for (let length = STEP; length <= maxLength; length += STEP) {
    const column = x + roundEvenly(dx * length);
    const row = y + roundEvenly(dy * length);
    if (column < 0 || row < 0 || column >= width || row >= height) return { length, ends: true };
    const here = data[row * width + column] ?? 0;
    if (here < EDGE) return { length, ends: true };
    if (here < least) {
      least = here;
      leastAt = length;
    } else if (here > least + RISE) return { length: leastAt, ends: false };
  }
  return { length: maxLength, ends: false };
}
