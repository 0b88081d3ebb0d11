/** Looks at one piece of a picture. What it finds depends on nothing but the pixels around, so that pieces agree. */
import { cellOf, withoutBackground } from './background.ts';
import { blur, reachOf } from './blur.ts';
import { stainPlane, type White } from './density.ts';
import { depthOf } from './distance.ts';
import { above, clean } from './mask.ts';
import { outlineOf } from './outline.ts';
import { peaksOf } from './peaks.ts';
import type { Plane, Size } from './plane.ts';
import { type Stain, type StainSet, weightsOf } from './stains.ts';

export interface Finding {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  /** 0 to 1: half for what is as strong as the threshold, round, and apart from others. */
  readonly score: number;
  readonly channel: Stain;
}

export interface Scale {
  /** Pixels. */
  readonly minRadius: number;
  readonly maxRadius: number;
}

/** Pixels; smooths away noise, and the grain of chromatin. */
const sigmaOf = ({ minRadius }: Scale): number => Math.min(4, Math.max(0.8, minRadius / 2.5));

/** Share of its score that is left to a thing with others all around. */
const CROWDED = 0.4;

const DEPTH_SIGMA = 1;

/** Pixels around a piece that must be seen with it. */
export const marginOf = (scale: Scale): number =>
  Math.ceil(5 * scale.maxRadius) + reachOf(sigmaOf(scale)) + reachOf(DEPTH_SIGMA) + cellOf(scale.maxRadius);

/** A stain above its surroundings, smoothed. `rgb` must begin at a corner of a cell of `cellOf`. */
export function contrastOf(
  rgb: Uint8Array,
  size: Size,
  white: White,
  set: StainSet,
  stain: Stain,
  scale: Scale,
): Plane {
  const amounts = blur(stainPlane(rgb, size, white, weightsOf(set, stain)), sigmaOf(scale));
  return withoutBackground(amounts, cellOf(scale.maxRadius));
}

/** Places are counted from the corner of the plane. */
export function findIn(contrast: Plane, channel: Stain, threshold: number, scale: Scale): Finding[] {
  const { minRadius, maxRadius } = scale;
  const mask = above(contrast, threshold, Math.ceil(minRadius));
  const least = Math.PI * minRadius ** 2;
  clean(mask, least / 2, least);
  const depth = blur(depthOf(mask, Math.ceil(maxRadius) + 2), DEPTH_SIGMA);
  return peaksOf(depth, minRadius * 0.6, 2 * maxRadius).flatMap((peak) => {
    const { x, y, radius, roundness, clear } = outlineOf(depth, peak, 2 * maxRadius);
    if (radius < minRadius || radius > maxRadius) return [];
    const strength = meanAround(contrast, peak.x, peak.y, radius * 0.7) / threshold;
    const score = (1 - 2 ** -Math.max(0, strength)) * roundness * (CROWDED + (1 - CROWDED) * clear);
    return [{ x, y, radius, score, channel }];
  });
}

function meanAround({ data, width, height }: Plane, x: number, y: number, radius: number): number {
  const reach = Math.ceil(radius);
  let sum = 0;
  let count = 0;
  for (let row = Math.max(0, y - reach); row <= Math.min(height - 1, y + reach); row++) {
    for (let column = Math.max(0, x - reach); column <= Math.min(width - 1, x + reach); column++) {
      if ((column - x) ** 2 + (row - y) ** 2 > radius ** 2) continue;
      sum += data[row * width + column] ?? 0;
      count++;
    }
  }
  return sum / count;
}
