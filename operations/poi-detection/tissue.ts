/** Tissue mask and white point, from a small copy of the picture. */
import { opticalDensities, type White } from './optical-density.ts';
import type { Rect, Size } from './plane.ts';

/** Share of the brightest pixels that count as glass. */
const BRIGHTEST = 0.02;

/** Minimum value of glass, for pictures that are covered by tissue. */
const DARKEST_WHITE = 180;

/** Lamps have a slight tint. With a stronger tint than this, the brightest pixels are tissue, and the white point is neutral. */
const MOST_TINT = 0.9;

/** Minimum optical density of tissue, in any channel. */
const LEAST_DENSITY = 0.06;

export interface TissueMask {
  /** Returns the share of tissue in a rectangle of the full picture, 0 to 1. */
  coverage(rect: Rect): number;
}

/** `data`: 3 bytes a pixel. */
export function estimateWhite({ data }: { readonly data: Uint8Array }): White {
  const channel = (offset: number): number => {
    const counts = new Uint32Array(256);
    for (let at = offset; at < data.length; at += 3) counts[data[at] ?? 0] = (counts[data[at] ?? 0] ?? 0) + 1;
    let left = (data.length / 3) * BRIGHTEST;
    let value = 255;
    while (value > DARKEST_WHITE && left > (counts[value] ?? 0)) left -= counts[value--] ?? 0;
    return value;
  };
  const white: White = [channel(0), channel(1), channel(2)];
  const most = Math.max(...white);
  return Math.min(...white) < MOST_TINT * most ? [most, most, most] : white;
}

/** @param full - Size of the full picture. */
export function buildTissueMask(
  copy: Size & { readonly data: Uint8Array },
  white: White,
  full: Size,
): TissueMask {
  const { data, width, height } = copy;
  const [red, green, blue] = white.map(opticalDensities);
  // Summed-area table: any rectangle needs only its four corners.
  const sums = new Uint32Array((width + 1) * (height + 1));
  for (let y = 0; y < height; y++) {
    let row = 0;
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 3;
      const most = Math.max(
        red?.[data[at] ?? 0] ?? 0,
        green?.[data[at + 1] ?? 0] ?? 0,
        blue?.[data[at + 2] ?? 0] ?? 0,
      );
      if (most > LEAST_DENSITY) row++;
      sums[(y + 1) * (width + 1) + x + 1] = (sums[y * (width + 1) + x + 1] ?? 0) + row;
    }
  }
  const sum = (x: number, y: number) => sums[y * (width + 1) + x] ?? 0;
  return {
    coverage(rect) {
      const [x, y] = [width / full.width, height / full.height];
      const left = Math.floor(rect.left * x);
      const top = Math.floor(rect.top * y);
      const right = Math.min(width, Math.ceil((rect.left + rect.width) * x));
      const bottom = Math.min(height, Math.ceil((rect.top + rect.height) * y));
      const tissue = sum(right, bottom) - sum(left, bottom) - sum(right, top) + sum(left, top);
      return tissue / ((right - left) * (bottom - top));
    },
  };
}
