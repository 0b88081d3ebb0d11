/** Planes of numbers, one per pixel, and rectangles. */

export interface Rect {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Plane extends Size {
  readonly data: Float32Array;
}

/** A picture with 4 bytes per pixel: red, green, blue, alpha. */
export interface Rgba extends Size {
  readonly data: Uint8Array;
}

/** Expands a rectangle by `margin`, within the picture. */
export function expandRect(rect: Rect, margin: number, within: Size): Rect {
  const [left, top] = [Math.max(0, rect.left - margin), Math.max(0, rect.top - margin)];
  return {
    left,
    top,
    width: Math.min(within.width, rect.left + rect.width + margin) - left,
    height: Math.min(within.height, rect.top + rect.height + margin) - top,
  };
}

/** Returns a rectangle in coordinates of another one. */
export const relativeTo = ({ left, top }: Rect, rect: Rect): Rect => ({
  ...rect,
  left: rect.left - left,
  top: rect.top - top,
});

/** Calls `visit` with the index of each pixel of a part of a plane. */
export function forEachPixel({ width }: Size, part: Rect, visit: (at: number) => void): void {
  for (let y = part.top; y < part.top + part.height; y++) {
    const start = y * width + part.left;
    for (let at = start; at < start + part.width; at++) visit(at);
  }
}

/** Splits a picture into squares, row by row. The last of each row and column may be smaller. */
export function splitIntoTiles({ width, height }: Size, side: number): Rect[] {
  const tiles: Rect[] = [];
  for (let top = 0; top < height; top += side) {
    for (let left = 0; left < width; left += side) {
      tiles.push({ left, top, width: Math.min(side, width - left), height: Math.min(side, height - top) });
    }
  }
  return tiles;
}

export const contains = (rect: Rect, x: number, y: number): boolean =>
  x >= rect.left && y >= rect.top && x < rect.left + rect.width && y < rect.top + rect.height;

/** Rounds half away from zero, so that mirrored and turned pictures give the same result. The small share absorbs errors of sine and cosine. */
export const roundEvenly = (value: number): number =>
  Math.sign(value) * Math.floor(Math.abs(value) + 0.5 + 1e-9);
