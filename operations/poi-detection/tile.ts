/** Detects points in one tile. The result depends only on the pixels within a margin, so that tiles agree. */
import { backgroundReach, subtractBackground } from './background.ts';
import { blur, blurValid, kernelReach } from './blur.ts';
import { distanceTransform } from './distance-transform.ts';
import { adaptiveThreshold, type Mask, removeSmallRegions } from './mask.ts';
import { traceOutline } from './outline.ts';
import { findPeaks } from './peaks.ts';
import type { Plane } from './plane.ts';
import type { RadiusRange } from './radius-range.ts';
import { type Stain, type StainSet, unmixingWeights } from './stains.ts';
import { type Tissue, tissueMargin } from './tissue.ts';

export interface DetectedPoint {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  /** 0 to 1. An isolated round object at the threshold has 0.5. */
  readonly score: number;
  readonly channel: Stain;
}

/** Factor of the score of an object that is surrounded by others. */
const CROWDED = 0.4;

const DEPTH_SIGMA = 1;

/** An object that is longer than twice the largest diameter in more directions than this is no nucleus: a pen stroke, a fold. */
const MAX_ENDLESS = 1;

/** So is an object that is longer than this, as a share of the diameter of a circle with the same area. */
const MAX_ELONGATION = 2.6;

/** Returns the pixels around a tile that its contrast depends on. */
export const contrastMargin = (scale: RadiusRange): number =>
  tissueMargin(scale) + 2 * backgroundReach(scale.maxRadius);

/** Returns the pixels around a tile that its points depend on. */
export const tileMargin = (scale: RadiusRange): number =>
  contrastMargin(scale) + Math.ceil(5 * scale.maxRadius) + kernelReach(DEPTH_SIGMA);

/** Computes a stain above its surroundings. */
export function computeContrast(
  { densities: [red, green, blue], mask }: Tissue,
  set: StainSet,
  stain: Stain,
  { maxRadius }: RadiusRange,
): Plane {
  const [r, g, b] = unmixingWeights(set, stain);
  const data = new Float32Array(mask.length);
  for (let at = 0; at < data.length; at++)
    data[at] = (red.data[at] ?? 0) * r + (green.data[at] ?? 0) * g + (blue.data[at] ?? 0) * b;
  return subtractBackground({ ...red, data }, mask, maxRadius);
}

/** Returns points in coordinates of the plane. */
export function detectPoints(
  contrast: Plane,
  { valid, marks }: Pick<Tissue, 'valid' | 'marks'>,
  channel: Stain,
  threshold: number,
  scale: RadiusRange,
): DetectedPoint[] {
  const { minRadius, maxRadius } = scale;
  const mask = adaptiveThreshold(contrast, threshold, Math.ceil(minRadius));
  const least = Math.PI * minRadius ** 2;
  removeSmallRegions(mask, valid, least / 2, least);
  const depth = computeDepth(mask, valid, marks, maxRadius);
  return findPeaks(depth, minRadius * 0.6, 2 * maxRadius).flatMap((peak) => {
    const outline = traceOutline(depth, peak, 2 * maxRadius);
    const { x, y, radius, roundness, isolation } = outline;
    if (radius < minRadius || radius > maxRadius) return [];
    if (outline.endless > MAX_ENDLESS || outline.elongation > MAX_ELONGATION) return [];
    const strength = meanWithin(contrast, valid, peak.x, peak.y, radius * 0.7) / threshold;
    const score = (1 - 2 ** -Math.max(0, strength)) * roundness * (CROWDED + (1 - CROWDED) * isolation);
    return [{ x, y, radius, score, channel }];
  });
}

/** Padding is no edge of an object, like the edge of the picture. Pen marks are. */
function computeDepth(mask: Mask, valid: Uint8Array, marks: Uint8Array, maxRadius: number): Plane {
  const data = mask.data.map((value, at) => (valid[at] === 1 || marks[at] === 1 ? value : 1));
  const depth = distanceTransform({ ...mask, data }, Math.ceil(maxRadius) + 2);
  for (let at = 0; at < valid.length; at++) if (valid[at] === 0) depth.data[at] = 0;
  const weights = blur({ ...mask, data: Float32Array.from(valid) }, DEPTH_SIGMA);
  return blurValid(depth, valid, weights, DEPTH_SIGMA);
}

function meanWithin(
  { data, width, height }: Plane,
  valid: Uint8Array,
  x: number,
  y: number,
  radius: number,
): number {
  const reach = Math.ceil(radius);
  let sum = 0;
  let count = 0;
  for (let row = Math.max(0, y - reach); row <= Math.min(height - 1, y + reach); row++) {
    for (let column = Math.max(0, x - reach); column <= Math.min(width - 1, x + reach); column++) {
      if (valid[row * width + column] === 0 || (column - x) ** 2 + (row - y) ** 2 > radius ** 2) continue;
      sum += data[row * width + column] ?? 0;
      count++;
    }
  }
  return sum / count;
}
