/** The radii of the objects to detect, in pixels. */
import type { DarkroomError } from '../../src/errors.ts';
import { assetError } from '../lib/image-source.ts';
import type { InputFile } from '../operation.ts';
import { MAX_RADIUS, MIN_RADIUS, type Params } from './params.ts';

export interface RadiusRange {
  /** Pixels. */
  readonly minRadius: number;
  readonly maxRadius: number;
}

/**
 * Converts the radii of the parameters to pixels.
 *
 * @param micronsPerPixel - Of the picture; null if it is not known.
 * @throws `asset_unsuitable` if the scale is needed and not known, or if the radii are too small or too large at this scale.
 */
export function resolveRadii(params: Params, micronsPerPixel: number | null, input: InputFile): RadiusRange {
  const toPixels = (microns: number | undefined, pixels: number): number => {
    if (microns === undefined) return pixels;
    if (micronsPerPixel !== null) return microns / micronsPerPixel;
    throw unsuitable(input, 'does not state its scale: give `microns_per_pixel`, or the radii in pixels');
  };
  const minRadius = toPixels(params.min_radius_um, params.min_radius);
  const maxRadius = toPixels(params.max_radius_um, params.max_radius);
  if (minRadius >= MIN_RADIUS && maxRadius <= MAX_RADIUS && minRadius < maxRadius)
    return { minRadius, maxRadius };
  const found = `${minRadius.toFixed(1)} to ${maxRadius.toFixed(1)} pixels at ${micronsPerPixel} µm per pixel`;
  throw unsuitable(
    input,
    `has a scale that does not suit the radii: they are ${found}, and must be ascending within ${MIN_RADIUS} to ${MAX_RADIUS} pixels`,
  );
}

/** Returns the error for a picture in which nothing can be detected. `predicate` completes "Asset 0 …". */
export const unsuitable = (input: InputFile, predicate: string): DarkroomError =>
  assetError('asset_unsuitable', input, predicate);
