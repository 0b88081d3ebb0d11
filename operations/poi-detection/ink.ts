/** Finds pen marks, and what else has a colour that no mixture of the stains has. */
import { dilate, maskWhere, sumBoxes } from './box-sum.ts';
import { removeSmallRegions } from './mask.ts';
import { opticalDensities } from './optical-density.ts';
import type { Rgba } from './plane.ts';
import type { RadiusRange } from './radius-range.ts';

/** Pixels around a mark that its blurred edge covers. */
const RIM = 4;

/** Pixels that are removed from the edge of dark blue areas, which separates touching nuclei. */
const NECK = 3;

/** Minimum optical density of ink. */
const LEAST = 0.35;

/**
 * `ink`: no stain has this colour. `black` and `blue`: very dark nuclei may have this colour, too, but no area larger than a nucleus.
 */
type InkKind = 'ink' | 'black' | 'blue';

/** Values up to this are alike: JPEG does not keep black exactly. */
const FLOOR = 8;
const densities = opticalDensities(255).map((_, value, all) => all[Math.max(FLOOR, value)] ?? 0);

/** Returns null for colours of stained tissue and glass. */
export function classifyInk(red: number, green: number, blue: number): InkKind | null {
  const r = densities[red] ?? 0;
  const g = densities[green] ?? 0;
  const b = densities[blue] ?? 0;
  const least = Math.min(r, g, b);
  const most = Math.max(r, g, b);
  if (most < LEAST) return null;
  if (least > 0.8 || (least > 0.55 && least > 0.85 * most)) return 'black';
  const isGreenOrBlue = g < 0.74 * r;
  const isPureBlue = b < 0.2 * Math.min(r, g);
  const isRed = r < 0.2 * Math.min(g, b) && g > 0.5;
  const isYellow = Math.max(r, g) < 0.4 * b;
  if (isGreenOrBlue || isPureBlue || isRed || isYellow) return 'ink';
  return r > 0.6 && g < 1.15 * r && b < 0.6 * r ? 'blue' : null;
}

/** Returns 1 for marks and their rims. */
export function findInk(
  picture: Rgba,
  recorded: Uint8Array,
  { minRadius, maxRadius }: RadiusRange,
): Uint8Array {
  const { data, width, height } = picture;
  const size = { width, height };
  const masks: Partial<Record<InkKind, Uint8Array>> = {};
  for (let at = 0, from = 0; at < recorded.length; at++, from += 4) {
    if (recorded[at] === 0) continue;
    const kind = classifyInk(data[from] ?? 0, data[from + 1] ?? 0, data[from + 2] ?? 0);
    if (!kind) continue;
    const mask = masks[kind] ?? new Uint8Array(recorded.length);
    masks[kind] = mask;
    mask[at] = 1;
  }
  const marks = new Uint8Array(recorded.length);
  const add = (mask: Uint8Array, leastPixels: number, rim: number) => {
    removeSmallRegions({ data: mask, ...size }, recorded, leastPixels, 0);
    if (!mask.includes(1)) return;
    const wide = dilate(mask, size, rim);
    for (let at = 0; at < marks.length; at++) if (wide[at] === 1) marks[at] = 1;
  };
  const largest = Math.PI * maxRadius ** 2;
  if (masks.ink) add(masks.ink, Math.PI * minRadius ** 2, RIM);
  if (masks.black) add(masks.black, largest, RIM);
  if (masks.blue) {
    const cores = maskWhere(sumBoxes(masks.blue, size, NECK), (sum) => sum === (2 * NECK + 1) ** 2);
    add(cores, 2 * largest, NECK + RIM);
  }
  return marks;
}
