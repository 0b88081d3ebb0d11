/** How large a thing is, where its middle is, and how round: by rays from its deepest place. */
import type { Peak } from './peaks.ts';
import type { Plane } from './plane.ts';

export interface Outline {
  readonly x: number;
  readonly y: number;
  /** Of the circle of the same area, pixels. */
  readonly radius: number;
  /** 1 for a circle, lower the longer or the more ragged. */
  readonly roundness: number;
  /** Share of the way around where the thing ends by itself, and not where another begins. */
  readonly isolation: number;
}

const RAYS = 24;
const STEP = 0.5;
/** A ray that rises again by so much, after the shallowest place on its way, has entered another thing. */
const RISE = 0.35;

const directions = Array.from({ length: RAYS }, (_, i) => {
  const angle = (2 * Math.PI * i) / RAYS;
  return { dx: Math.cos(angle), dy: Math.sin(angle) };
});

/** `depth`: as its peaks were found in. Rays end after `longest` pixels. */
export function traceOutline(depth: Plane, peak: Peak, longest: number): Outline {
  let squares = 0;
  let lengths = 0;
  let clear = 0;
  let x = 0;
  let y = 0;
  for (const { dx, dy } of directions) {
    const { length, ends } = castRay(depth, peak, dx, dy, longest);
    if (ends) clear++;
    lengths += length;
    squares += length ** 2;
    x += length ** 3 * dx;
    y += length ** 3 * dy;
  }
  return {
    // The middle of the star that the rays make.
    x: peak.x + (2 * x) / (3 * squares),
    y: peak.y + (2 * y) / (3 * squares),
    radius: Math.sqrt(squares / RAYS),
    roundness: lengths ** 2 / (RAYS * squares),
    isolation: clear / RAYS,
  };
}

function castRay(
  { data, width, height }: Plane,
  { x, y, depth }: Peak,
  dx: number,
  dy: number,
  longest: number,
): { length: number; ends: boolean } {
  let least = depth;
  let leastAt = 0;
  for (let length = STEP; length <= longest; length += STEP) {
    const column = Math.round(x + dx * length);
    const row = Math.round(y + dy * length);
    if (column < 0 || row < 0 || column >= width || row >= height) return { length, ends: true };
    const here = data[row * width + column] ?? 0;
    if (here < EDGE) return { length, ends: true };
    if (here < least) {
      least = here;
      leastAt = length;
    } else if (here > least + RISE) return { length: leastAt, ends: false };
  }
  return { length: longest, ends: false };
}

/** Smoothed depth of pixels at the edge of a thing. */
const EDGE = 0.5;
