/** Finds the stained tissue of a tile. */
import { blur, blurValid, kernelReach } from './blur.ts';
import { dilate } from './box-sum.ts';
import { findInk } from './ink.ts';
import { type Colour, LEAST_COLOUR, opticalDensities } from './optical-density.ts';
import { findFlat, findRecorded, PADDING_MARGIN, type Padding } from './padding.ts';
import type { Plane, Rect, Rgba, Size } from './plane.ts';
import type { RadiusRange } from './radius-range.ts';
import type { Slide } from './slide.ts';
import type { Survey } from './survey.ts';

/** Pixels: removes noise and the grain of chromatin. */
const smoothingSigma = ({ minRadius }: RadiusRange): number => Math.min(4, Math.max(0.8, minRadius / 2.5));

/** Returns the pixels around stained pixels that belong to tissue: pale cytoplasm, and glass around single cells. */
const surroundings = ({ maxRadius }: RadiusRange): number => Math.ceil(maxRadius);

/** Returns the pixels around a tile that `findTissue` depends on. */
export const tissueMargin = (scale: RadiusRange): number =>
  kernelReach(smoothingSigma(scale)) + surroundings(scale) + PADDING_MARGIN;

export interface Tissue extends Size {
  /** 1 for pen marks and larger black areas. */
  readonly marks: Uint8Array;
  /** 1 for pixels that show the slide: no padding, not transparent, no pen marks. */
  readonly valid: Uint8Array;
  /** 1 for valid pixels with stain, and around them. */
  readonly mask: Uint8Array;
  /** Optical densities in red, green and blue, smoothed. 0 where not valid. */
  readonly densities: readonly [Plane, Plane, Plane];
}

/** @param white - Colour of clear glass. */
function findTissue(picture: Rgba, white: Colour, padding: Padding, scale: RadiusRange): Tissue {
  const { data, width, height } = picture;
  const sigma = smoothingSigma(scale);
  const valid = findRecorded(picture, findFlat(picture), padding);
  const marks = findInk(picture, valid, scale);
  for (let at = 0; at < valid.length; at++) if (marks[at] === 1) valid[at] = 0;
  const weights = blur({ data: Float32Array.from(valid), width, height }, sigma);
  const smooth = (channel: 0 | 1 | 2): Plane => {
    const density = opticalDensities(white[channel]);
    const plane = new Float32Array(valid.length);
    for (let at = 0; at < valid.length; at++)
      if (valid[at] === 1) plane[at] = density[data[at * 4 + channel] ?? 0] ?? 0;
    return blurValid({ data: plane, width, height }, valid, weights, sigma);
  };
  const densities = [smooth(0), smooth(1), smooth(2)] as const;
  const mask = dilate(findStained(valid, densities), picture, surroundings(scale));
  for (let at = 0; at < valid.length; at++) if (valid[at] === 0) mask[at] = 0;
  return { width, height, valid, marks, mask, densities };
}

export type ReadTissue = (region: Rect) => Promise<Tissue>;

/** Returns a function that reads a region. It keeps the last one, so that pictures of a single tile are analysed once. */
export function createTissueReader(
  slide: Pick<Slide, 'read'>,
  { white, padding }: Pick<Survey, 'white' | 'padding'>,
  scale: RadiusRange,
): ReadTissue {
  let last: { key: string; tissue: Tissue } | undefined;
  return async (region) => {
    const key = JSON.stringify(region);
    if (last?.key !== key)
      last = { key, tissue: findTissue(await slide.read(region), white, padding, scale) };
    return last.tissue;
  };
}

function findStained(valid: Uint8Array, [red, green, blue]: Tissue['densities']): Uint8Array {
  const stained = new Uint8Array(valid.length);
  for (let at = 0; at < stained.length; at++) {
    const r = red.data[at] ?? 0;
    const g = green.data[at] ?? 0;
    const b = blue.data[at] ?? 0;
    if (valid[at] === 1 && Math.max(r, g, b) - Math.min(r, g, b) > LEAST_COLOUR) stained[at] = 1;
  }
  return stained;
}
