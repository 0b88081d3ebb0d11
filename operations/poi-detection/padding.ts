/** Finds padding: areas of one colour that no camera recorded, such as frames and parts that were not scanned. */
import { dilate, maskWhere, sumBoxes } from './box-sum.ts';
import { type FlatEdges, forEachEdge } from './flat-edges.ts';
import type { Rgba } from './plane.ts';

/** Half the side of the smallest square that counts as flat. */
const REACH = 4;
/** Maximum difference of neighbours in flat areas: JPEG does not keep a colour exactly. */
const FLAT = 2;
/** Maximum difference of the channels of a neutral colour, and of a light one, such as the background of a scanner. */
const NEUTRAL = 8;
const MOST_TINT = 48;
/** Minimum of the channels of a light colour. */
const LIGHT = 170;
/** Flat areas below this value are padding: glass is never so dark. */
const DARK = 40;

/** Minimum shares of the edges of padding that are hard, or straight where JPEG blurs them; and the minimum number of the latter. */
const HARD = 0.5;
const STRAIGHT = 0.4;
const LEAST_STRAIGHT = 192;

/** Pixels around a pixel that decide whether it is flat. */
const FLAT_MARGIN = 2 * REACH + 2;

/** JPEG spreads an edge over the blocks that it crosses: their side in pixels, and the maximum error of a channel. */
const BLOCK = 16;
const MOST_RINGING = 16;

/** Pixels around a pixel that decide whether a camera recorded it. */
export const PADDING_MARGIN = FLAT_MARGIN + BLOCK;

/** Bits of each channel that distinguish colours. */
export const BITS = 6;
const SHIFT = 8 - BITS;
/** Number of colours that are distinguished. */
export const COLOURS = 1 << (3 * BITS);

/** Returns the bin of a colour, 0 to COLOURS - 1. */
export const binOf = (red: number, green: number, blue: number): number =>
  ((red >> SHIFT) << (2 * BITS)) | ((green >> SHIFT) << BITS) | (blue >> SHIFT);

/** Returns the bin of the colour of the pixel at a byte offset, 0 to COLOURS - 1. */
export const binAt = (data: Uint8Array, at: number): number =>
  binOf(data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0);

/** Returns 1 for pixels in flat squares of a neutral or light colour. Transparent pixels are never flat. */
export function findFlat(picture: Rgba): Uint8Array {
  const { data, width, height } = picture;
  const rough = new Uint8Array(width * height);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      if (!mayBePadding(data, at * 4)) rough[at] = 1;
      if (x + 1 < width && differs(data, at, at + 1, FLAT)) rough[at] = rough[at + 1] = 1;
      if (y + 1 < height && differs(data, at, at + width, FLAT)) rough[at] = rough[at + width] = 1;
    }
  }
  const centres = maskWhere(sumBoxes(rough, picture, REACH), (sum) => sum === 0);
  const flat = dilate(centres, picture, REACH);
  // The outermost pixels of a flat area are rough, because the next pixel differs.
  const inner = flat.slice();
  forEachEdge(picture, inner, { ...picture, left: 0, top: 0 }, (inside, outside) => {
    if (mayBePadding(data, outside * 4) && !differs(data, inside, outside, FLAT)) flat[outside] = 1;
  });
  return flat;
}

/** Returns 1 for pixels that may be ringing of JPEG, if the flat area beside them is padding. */
export function findBeside(picture: Rgba, flat: Uint8Array): Uint8Array {
  const beside = dilate(flat, picture, BLOCK);
  for (let at = 0; at < flat.length; at++) if (flat[at] === 1) beside[at] = 0;
  return beside;
}

const NO = 0;
const PADDING = 1;
/** Padding whose edge is blurred by JPEG, and colours like it, which are padding beside it. */
const RINGING = 2;
const ALIKE = 3;

/** Which colours are padding: by `binOf`. */
export type Padding = Uint8Array;

/** Whether flat areas of a colour are padding. */
export const isPadding = (padding: Padding, bin: number): boolean =>
  padding[bin] === PADDING || padding[bin] === RINGING;

/** Whether a colour is padding where it is beside flat padding. */
export const isPaddingBeside = (padding: Padding, bin: number): boolean => (padding[bin] ?? NO) >= RINGING;

/** Colours that are padding in any picture. */
export const darkColours: Padding = Uint8Array.from({ length: COLOURS }, (_, bin) =>
  channelsOf(bin).every((channel) => channel << SHIFT < DARK) ? PADDING : NO,
);

/**
 * Returns which colours are padding. Padding ends at a straight edge, where its squares fit: at a jump, or at blocks of JPEG. Flat glass ends
 * at round objects, where squares leave gaps of the same colour.
 */
export function paddingColours({ hard, straight, all }: FlatEdges): Padding {
  const padding = darkColours.slice();
  for (let bin = 0; bin < COLOURS; bin++) {
    const edges = all[bin] ?? 0;
    const lines = straight[bin] ?? 0;
    if ((hard[bin] ?? 0) > HARD * edges) padding[bin] = PADDING;
    else if (lines > STRAIGHT * edges && lines > LEAST_STRAIGHT) padding[bin] = RINGING;
  }
  const reach = MOST_RINGING >> SHIFT;
  for (let bin = 0; bin < COLOURS; bin++) if (padding[bin] === RINGING) markAlike(padding, bin, reach);
  return padding;
}

function markAlike(padding: Padding, bin: number, reach: number): void {
  const ranges = channelsOf(bin).map((channel) => {
    const from = Math.max(0, channel - reach);
    return Array.from(
      { length: Math.min((1 << BITS) - 1, channel + reach) - from + 1 },
      (_, step) => from + step,
    );
  });
  const [reds = [], greens = [], blues = []] = ranges;
  for (const red of reds)
    for (const green of greens)
      for (const blue of blues) {
        const other = (red << (2 * BITS)) | (green << BITS) | blue;
        if (padding[other] === NO) padding[other] = ALIKE;
      }
}

function channelsOf(bin: number): number[] {
  const mask = (1 << BITS) - 1;
  return [bin >> (2 * BITS), (bin >> BITS) & mask, bin & mask];
}

/** Returns 1 for pixels that a camera recorded: neither padding nor transparent. */
export function findRecorded(picture: Rgba, flat: Uint8Array, padding: Padding): Uint8Array {
  const { data } = picture;
  const recorded = new Uint8Array(flat.length);
  const ringing = new Uint8Array(flat.length);
  for (let at = 0; at < flat.length; at++) {
    const bin = binAt(data, at * 4);
    if (flat[at] === 1 && padding[bin] === RINGING) ringing[at] = 1;
    if (!(flat[at] === 1 && isPadding(padding, bin)) && !isTransparent(data, at * 4)) recorded[at] = 1;
  }
  if (!ringing.includes(1)) return recorded;
  const beside = dilate(ringing, picture, BLOCK);
  for (let at = 0; at < flat.length; at++)
    if (beside[at] === 1 && isPaddingBeside(padding, binAt(data, at * 4))) recorded[at] = 0;
  return recorded;
}

export const isTransparent = (data: Uint8Array, at: number): boolean => (data[at + 3] ?? 0) < 128;

function mayBePadding(data: Uint8Array, at: number): boolean {
  const red = data[at] ?? 0;
  const green = data[at + 1] ?? 0;
  const blue = data[at + 2] ?? 0;
  const least = Math.min(red, green, blue);
  const tint = Math.max(red, green, blue) - least;
  return !isTransparent(data, at) && tint <= (least >= LIGHT ? MOST_TINT : NEUTRAL);
}

/** Whether two pixels differ by more than `by` in a channel, or one of them is transparent. */
export function differs(data: Uint8Array, one: number, other: number, by: number): boolean {
  const [a, b] = [one * 4, other * 4];
  return (
    Math.abs((data[a] ?? 0) - (data[b] ?? 0)) > by ||
    Math.abs((data[a + 1] ?? 0) - (data[b + 1] ?? 0)) > by ||
    Math.abs((data[a + 2] ?? 0) - (data[b + 2] ?? 0)) > by ||
    isTransparent(data, a) !== isTransparent(data, b)
  );
}
