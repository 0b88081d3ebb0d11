/** Detects points in one tile. The result depends only on the pixels within a margin, so that tiles agree. */
import { backgroundCell, subtractBackground } from './background.ts';
import { blur, kernelReach } from './blur.ts';
import { distanceTransform } from './distance-transform.ts';
import { adaptiveThreshold, removeSmallRegions } from './mask.ts';
import { stainPlane, type White } from './optical-density.ts';
import { traceOutline } from './outline.ts';
import { findPeaks } from './peaks.ts';
import type { Plane, Size } from './plane.ts';
import { type Stain, type StainSet, unmixingWeights } from './stains.ts';

export interface DetectedPoint {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  /** 0 to 1. An isolated round object at the threshold has 0.5. */
  readonly score: number;
  readonly channel: Stain;
}

export interface RadiusRange {
  /** Pixels. */
  readonly minRadius: number;
  readonly maxRadius: number;
}

/** Pixels: removes noise and the grain of chromatin. */
const smoothingSigma = ({ minRadius }: RadiusRange): number => Math.min(4, Math.max(0.8, minRadius / 2.5));

/** Factor of the score of an object that is surrounded by others. */
const CROWDED = 0.4;

const DEPTH_SIGMA = 1;

/** Returns the pixels around a tile that its result depends on. */
export const tileMargin = (scale: RadiusRange): number =>
  Math.ceil(5 * scale.maxRadius) +
  kernelReach(smoothingSigma(scale)) +
  kernelReach(DEPTH_SIGMA) +
  backgroundCell(scale.maxRadius);

/** A stain above its surroundings, smoothed. `rgb` must begin at a corner of a cell of `cellOf`. */
export function computeContrast(
  rgb: Uint8Array,
  size: Size,
  white: White,
  set: StainSet,
  stain: Stain,
  scale: RadiusRange,
): Plane {
  const amounts = blur(stainPlane(rgb, size, white, unmixingWeights(set, stain)), smoothingSigma(scale));
  return subtractBackground(amounts, backgroundCell(scale.maxRadius));
}

/** Returns points in coordinates of the plane. */
export function detectPoints(
  contrast: Plane,
  channel: Stain,
  threshold: number,
  scale: RadiusRange,
): DetectedPoint[] {
  const { minRadius, maxRadius } = scale;
  const mask = adaptiveThreshold(contrast, threshold, Math.ceil(minRadius));
  const least = Math.PI * minRadius ** 2;
  removeSmallRegions(mask, least / 2, least);
  const depth = blur(distanceTransform(mask, Math.ceil(maxRadius) + 2), DEPTH_SIGMA);
  return findPeaks(depth, minRadius * 0.6, 2 * maxRadius).flatMap((peak) => {
    const { x, y, radius, roundness, isolation } = traceOutline(depth, peak, 2 * maxRadius);
    if (radius < minRadius || radius > maxRadius) return [];
    const strength = meanWithin(contrast, peak.x, peak.y, radius * 0.7) / threshold;
    const score = (1 - 2 ** -Math.max(0, strength)) * roundness * (CROWDED + (1 - CROWDED) * isolation);
    return [{ x, y, radius, score, channel }];
  });
}

function meanWithin({ data, width, height }: Plane, x: number, y: number, radius: number): number {
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
