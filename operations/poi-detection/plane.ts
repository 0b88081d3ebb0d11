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

/** Expands a rectangle by `margin`, then to multiples of `grid` pixels, within the picture. */
export function expandRect(rect: Rect, margin: number, grid: number, within: Size): Rect {
  const down = (at: number) => Math.max(0, Math.floor((at - margin) / grid) * grid);
  const up = (at: number, end: number) => Math.min(end, Math.ceil((at + margin) / grid) * grid);
  const [left, top] = [down(rect.left), down(rect.top)];
  return {
    left,
    top,
    width: up(rect.left + rect.width, within.width) - left,
    height: up(rect.top + rect.height, within.height) - top,
  };
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
