/** Edges of flat areas: where they end at a jump, and where they end in a straight line. */
import type { Rect, Size } from './plane.ts';

/** An edge is straight if a line of this half length, in pixels, has so many edges. Flat areas of JPEG consist of blocks of 8 or 16 pixels. */
const REACH = 48;
const STRAIGHT = 40;

/** Pixels around an edge that decide whether it is straight. */
export const EDGE_MARGIN = REACH;

/** Counts of the edges of flat areas, by the colour of the area. */
export interface FlatEdges {
  /** Edges where the colour jumps. */
  readonly hard: Uint32Array;
  /** Edges where it jumps, or that are a part of a straight line. */
  readonly straight: Uint32Array;
  readonly all: Uint32Array;
}

/** Calls `visit` for each pixel of a mask within `part`, and each of its four neighbours that is outside the mask. */
export function forEachEdge(
  size: Size,
  mask: Uint8Array,
  part: Rect,
  visit: (inside: number, outside: number, isStraight: boolean) => void,
): void {
  const { width, height } = size;
  const isInPart = (x: number, y: number) =>
    x >= part.left && y >= part.top && x < part.left + part.width && y < part.top + part.height;
  for (const [dx, dy] of [
    [-1, 0],
    [1, 0],
    [0, -1],
    [0, 1],
  ] as const) {
    const outwards = dx + dy * width;
    const [lines, length] = dx === 0 ? [height, width] : [width, height];
    const beyond = dx + dy < 0 ? 0 : lines - 1;
    // How many of the first pixels of a line are edges.
    const edges = new Uint32Array(length + 1);
    for (let line = 0; line < lines; line++) {
      if (line === beyond) continue;
      const at = (i: number) => (dx === 0 ? line * width + i : i * width + line);
      for (let i = 0; i < length; i++) {
        const isEdge = mask[at(i)] === 1 && mask[at(i) + outwards] === 0;
        edges[i + 1] = (edges[i] ?? 0) + (isEdge ? 1 : 0);
      }
      if (edges[length] === 0) continue;
      for (let i = 0; i < length; i++) {
        if (edges[i + 1] === edges[i] || !(dx === 0 ? isInPart(i, line) : isInPart(line, i))) continue;
        const near = (edges[Math.min(length, i + REACH + 1)] ?? 0) - (edges[Math.max(0, i - REACH)] ?? 0);
        visit(at(i), at(i) + outwards, near >= STRAIGHT);
      }
    }
  }
}
