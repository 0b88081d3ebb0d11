/** Counts the colours of a picture, and decides from them what is padding, clear glass and stain. */

import { EDGE_MARGIN, type FlatEdges, forEachEdge } from './flat-edges.ts';
import { classifyInk, findInk } from './ink.ts';
import { type Colour, LEAST_COLOUR, opticalDensities } from './optical-density.ts';
import {
  BITS,
  binAt,
  binOf,
  COLOURS,
  darkColours,
  differs,
  findBeside,
  findFlat,
  findRecorded,
  isPadding,
  isPaddingBeside,
  isTransparent,
  PADDING_MARGIN,
  type Padding,
  paddingColours,
} from './padding.ts';
import { forEachPixel, type Rect, type Rgba } from './plane.ts';
import type { RadiusRange } from './radius-range.ts';
import { residualOf, type StainSet } from './stains.ts';

/** Minimum difference at a hard edge of padding. Glass and tissue differ less from one pixel to the next. */
const JUMP = 6;

/** Minimum share of glass in a picture for its median colour to be the white point. */
const LEAST_GLASS = 0.02;

/** Minimum value of glass, and of its darkest channel as a share of its brightest. */
const DARKEST_GLASS = 180;
const MOST_TINT = 0.94;

/** Without glass, the white point is as bright as this share of the brightest pixels. */
const BRIGHTEST = 0.02;

/** Minimum sum of the optical densities of pixels that decide on the stains. */
const LEAST_DENSITY = 0.15;

/** A pixel with a channel above BRIGHT and one below DARK has a colour on black, as in fluorescence. */
const BRIGHT = 64;
const DARK = 48;
/** Minimum of dark pixels in fluorescence, as a share of the coloured ones. Pen marks on white have none. */
const MIN_DARK = 0.2;

/** Difference of the residuals of both sets at which the better one is certain. */
const CERTAIN = 0.05;

export interface ColourCounts {
  /** Histograms by colour, of pixels away from flat areas, beside them and in them. */
  readonly colours: Uint32Array;
  readonly beside: Uint32Array;
  readonly flat: Uint32Array;
  readonly edges: FlatEdges;
  transparent: number;
  /** Of pixels outside flat light areas: with a colour on black; neither that nor dark; dark. */
  luminous: number;
  bright: number;
  dark: number;
}

export interface Survey {
  readonly padding: Padding;
  /** Red, green and blue of clear glass. */
  readonly white: Colour;
  readonly set: StainSet;
  /** 0 to 1: how much better the colours fit the better set. Low if only haematoxylin is seen. */
  readonly certainty: number;
  /** 0 to 1: share of the squared optical densities of stained pixels that `set` does not explain. */
  readonly residual: number;
  /** Shares of all pixels, 0 to 1. */
  readonly shares: {
    /** Padding and transparent pixels. */
    readonly padding: number;
    readonly stained: number;
    /** Neither glass nor colour. */
    readonly grey: number;
  };
  /** Whether most of what is not dark has a colour on black. */
  readonly isFluorescence: boolean;
}

export const createCounts = (): ColourCounts => ({
  colours: new Uint32Array(COLOURS),
  beside: new Uint32Array(COLOURS),
  flat: new Uint32Array(COLOURS),
  edges: {
    hard: new Uint32Array(COLOURS),
    straight: new Uint32Array(COLOURS),
    all: new Uint32Array(COLOURS),
  },
  transparent: 0,
  luminous: 0,
  bright: 0,
  dark: 0,
});

/** Returns the pixels around a part that its counts depend on. */
export const surveyMargin = ({ maxRadius }: RadiusRange): number =>
  PADDING_MARGIN + EDGE_MARGIN + 3 * Math.ceil(maxRadius);

/** Adds the pixels of a part of a region. The region must extend beyond the part by `surveyMargin`, within the picture. */
export function countColours(counts: ColourCounts, region: Rgba, part: Rect, scale: RadiusRange): void {
  const { data } = region;
  const flat = findFlat(region);
  const beside = findBeside(region, flat);
  const { hard, straight, all } = counts.edges;
  forEachEdge(region, flat, part, (inside, outside, isStraight) => {
    const bin = binAt(data, inside * 4);
    increment(all, bin);
    const isHard = differs(data, inside, outside, JUMP);
    if (isHard) increment(hard, bin);
    if (isHard || isStraight) increment(straight, bin);
  });
  const marks = findInk(region, findRecorded(region, flat, darkColours), scale);
  forEachPixel(region, part, (at) => {
    const from = at * 4;
    const red = data[from] ?? 0;
    const green = data[from + 1] ?? 0;
    const blue = data[from + 2] ?? 0;
    if (isTransparent(data, from)) {
      counts.transparent++;
      return;
    }
    const bin = binOf(red, green, blue);
    if (flat[at] === 1) increment(counts.flat, bin);
    else if (marks[at] === 0) increment(beside[at] === 1 ? counts.beside : counts.colours, bin);
    if (Math.max(red, green, blue) < BRIGHT) counts.dark++;
    else if (Math.min(red, green, blue) < DARK) counts.luminous++;
    else if (flat[at] === 0) counts.bright++;
  });
}

/** @param set - The stains, if they are known. */
export function evaluate(
  { colours, beside, flat, edges, transparent, luminous, bright, dark }: ColourCounts,
  set: StainSet | null,
): Survey {
  const padding = paddingColours(edges);
  const counts = colours.slice();
  let padded = transparent;
  for (let bin = 0; bin < COLOURS; bin++) {
    const [inFlat, near] = [flat[bin] ?? 0, beside[bin] ?? 0];
    if (isPadding(padding, bin)) padded += inFlat;
    else increment(counts, bin, inFlat);
    if (isPaddingBeside(padding, bin)) padded += near;
    else increment(counts, bin, near);
  }
  const white = estimateWhite(counts);
  const densities = white.map(opticalDensities);
  const [residualHe, residualHdab] = [residualOf('he'), residualOf('hdab')];
  const sums = { he: 0, hdab: 0, all: 0 };
  const pixels = { all: padded, stained: 0, grey: 0 };
  for (const { colour, count } of entriesOf(counts)) {
    pixels.all += count;
    const ink = classifyInk(...colour);
    if (ink && ink !== 'blue') continue;
    const od = colour.map((value, channel) => Math.max(0, densities[channel]?.[value] ?? 0));
    const [r = 0, g = 0, b = 0] = od;
    if (Math.max(r, g, b) - Math.min(r, g, b) <= LEAST_COLOUR) {
      if (r + g + b > 3 * LEAST_COLOUR) pixels.grey += count;
      continue;
    }
    pixels.stained += count;
    if (r + g + b <= LEAST_DENSITY) continue;
    sums.he += count * residualHe([r, g, b]);
    sums.hdab += count * residualHdab([r, g, b]);
    sums.all += count * (r * r + g * g + b * b);
  }
  const chosen = set ?? (sums.hdab < sums.he ? 'hdab' : 'he');
  const share = (count: number) => count / Math.max(1, pixels.all);
  return {
    padding,
    white,
    set: chosen,
    certainty: Math.min(1, Math.abs(sums.he - sums.hdab) / Math.max(1e-9, CERTAIN * sums.all)),
    residual: sums[chosen] / Math.max(1e-9, sums.all),
    shares: {
      padding: share(padded),
      stained: share(pixels.stained),
      grey: share(pixels.grey),
    },
    isFluorescence: luminous > bright && dark > MIN_DARK * luminous,
  };
}

/** Returns the median colour of glass, or a neutral white point for pictures that are covered by tissue. */
function estimateWhite(counts: Uint32Array): Colour {
  const glass = [0, 1, 2].map(() => new Uint32Array(256));
  const brightness = new Uint32Array(256);
  let all = 0;
  for (const { colour, count } of entriesOf(counts)) {
    if (classifyInk(...colour)) continue;
    all += count;
    const most = Math.max(...colour);
    increment(brightness, most, count);
    if (most < DARKEST_GLASS || Math.min(...colour) < MOST_TINT * most) continue;
    for (const [channel, value] of colour.entries()) increment(glass[channel], value, count);
  }
  const [red, green, blue] = glass.map((values) => findQuantile(values, 0.5));
  const isGlass = (glass[0]?.reduce((sum, count) => sum + count, 0) ?? 0) > LEAST_GLASS * all;
  if (isGlass) return [red ?? 255, green ?? 255, blue ?? 255];
  const white = Math.max(DARKEST_GLASS, findQuantile(brightness, 1 - BRIGHTEST));
  return [white, white, white];
}

/** Returns the value below which a share of the counted pixels is. */
function findQuantile(counts: Uint32Array, share: number): number {
  let left = counts.reduce((sum, count) => sum + count, 0) * share;
  const value = counts.findIndex((count) => {
    left -= count;
    return left < 0;
  });
  return value < 0 ? counts.length - 1 : value;
}

function* entriesOf(counts: Uint32Array): Generator<{ colour: Colour; count: number }> {
  const [mask, step] = [(1 << BITS) - 1, 1 << (8 - BITS)];
  const middle = (value: number) => (value & mask) * step + step / 2;
  for (let bin = 0; bin < counts.length; bin++) {
    const count = counts[bin] ?? 0;
    if (count > 0) yield { colour: [middle(bin >> (2 * BITS)), middle(bin >> BITS), middle(bin)], count };
  }
}

function increment(counts: Uint32Array | undefined, bin: number, by = 1): void {
  if (counts) counts[bin] = (counts[bin] ?? 0) + by;
}
