/** Finds padding: areas of one neutral colour that no camera recorded, such as frames and parts that were not scanned. */
import { dilate, maskWhere, sumBoxes } from './box-sum.ts';
import type { Rect, Rgba, Size } from './plane.ts';

/** Half the side of the smallest square that counts as flat. */
const REACH = 4;
/** Maximum difference of neighbours in flat areas: JPEG does not keep a colour exactly. */
const FLAT = 2;
/** Maximum difference of the channels of a neutral colour. */
const NEUTRAL = 8;
/** Minimum difference at the edge of padding. Glass and tissue differ less from one pixel to the next. */
const JUMP = 6;
/** Flat areas below this grey level are padding: glass is never so dark. */
const DARK = 40;

/** Pixels around a pixel that decide whether it is flat. */
export const FLAT_MARGIN = 2 * REACH + 2;

/** Number of grey levels that are told apart: `levelOf` returns 0 to LEVELS - 1. */
export const LEVELS = 64;

/** Returns the grey level of the pixel at a byte offset. */
export const levelOf = (data: Uint8Array, at: number): number =>
  Math.floor(((data[at] ?? 0) + (data[at + 1] ?? 0) + (data[at + 2] ?? 0)) / 12);

/** Returns 1 for pixels in flat neutral squares. Transparent pixels are never flat. */
export function findFlat(picture: Rgba): Uint8Array {
  const { data, width, height } = picture;
  const rough = new Uint8Array(width * height);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      if (!isNeutral(data, at * 4)) rough[at] = 1;
      if (x + 1 < width && differs(data, at, at + 1, FLAT)) rough[at] = rough[at + 1] = 1;
      if (y + 1 < height && differs(data, at, at + width, FLAT)) rough[at] = rough[at + width] = 1;
    }
  }
  const centres = maskWhere(sumBoxes(rough, picture, REACH), (sum) => sum === 0);
  const flat = dilate(centres, picture, REACH);
  // The outermost pixels of a flat area are rough, because the next pixel differs.
  const inner = flat.slice();
  forEachEdge(picture, inner, { ...picture, left: 0, top: 0 }, (inside, outside) => {
    if (isNeutral(data, outside * 4) && !differs(data, inside, outside, FLAT)) flat[outside] = 1;
  });
  return flat;
}

/** Grey levels that are padding in any picture. */
export const darkLevels: readonly boolean[] = Array.from({ length: LEVELS }, (_, level) => level * 4 < DARK);

/** Counts of the edges of flat areas, by grey level. */
export interface FlatEdges {
  readonly hard: Uint32Array;
  readonly all: Uint32Array;
}

/** Adds the edges of flat areas in a part of the picture. Edges are hard where the colour jumps. */
export function countEdges(picture: Rgba, flat: Uint8Array, part: Rect, { hard, all }: FlatEdges): void {
  const { data } = picture;
  forEachEdge(picture, flat, part, (inside, outside) => {
    const level = levelOf(data, inside * 4);
    all[level] = (all[level] ?? 0) + 1;
    if (differs(data, inside, outside, JUMP)) hard[level] = (hard[level] ?? 0) + 1;
  });
}

/**
 * Returns which grey levels are padding. Padding ends at a straight hard edge, where its squares fit. Flat glass ends at round objects, where
 * squares leave gaps of the same colour.
 */
export const paddingLevels = ({ hard, all }: FlatEdges): boolean[] =>
  darkLevels.map((isDark, level) => isDark || (hard[level] ?? 0) > 0.5 * (all[level] ?? 0));

/** Returns 1 for pixels that a camera recorded: neither padding nor transparent. */
export function findRecorded({ data }: Rgba, flat: Uint8Array, padding: readonly boolean[]): Uint8Array {
  const recorded = new Uint8Array(flat.length);
  for (let at = 0; at < flat.length; at++) {
    const isPadding = flat[at] === 1 && padding[levelOf(data, at * 4)];
    if (!isPadding && !isTransparent(data, at * 4)) recorded[at] = 1;
  }
  return recorded;
}

export const isTransparent = (data: Uint8Array, at: number): boolean => (data[at + 3] ?? 0) < 128;

function isNeutral(data: Uint8Array, at: number): boolean {
  const red = data[at] ?? 0;
  const green = data[at + 1] ?? 0;
  const blue = data[at + 2] ?? 0;
  return !isTransparent(data, at) && Math.max(red, green, blue) - Math.min(red, green, blue) <= NEUTRAL;
}

function differs(data: Uint8Array, one: number, other: number, by: number): boolean {
  const [a, b] = [one * 4, other * 4];
  return (
    Math.abs((data[a] ?? 0) - (data[b] ?? 0)) > by ||
    Math.abs((data[a + 1] ?? 0) - (data[b + 1] ?? 0)) > by ||
    Math.abs((data[a + 2] ?? 0) - (data[b + 2] ?? 0)) > by ||
    isTransparent(data, a) !== isTransparent(data, b)
  );
}

/** Calls `visit` for each pixel of a mask within `part`, and each of its four neighbours that is outside the mask. */
function forEachEdge(
  { width, height }: Size,
  mask: Uint8Array,
  part: Rect,
  visit: (inside: number, outside: number) => void,
): void {
  for (let y = part.top; y < part.top + part.height; y++) {
    for (let x = part.left; x < part.left + part.width; x++) {
      const at = y * width + x;
      if (mask[at] === 0) continue;
      if (x > 0 && mask[at - 1] === 0) visit(at, at - 1);
      if (x + 1 < width && mask[at + 1] === 0) visit(at, at + 1);
      if (y > 0 && mask[at - width] === 0) visit(at, at - width);
      if (y + 1 < height && mask[at + width] === 0) visit(at, at + width);
    }
  }
}
