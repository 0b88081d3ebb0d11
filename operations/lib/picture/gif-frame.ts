/** Where the first frame of a GIF lies on its canvas (GIF89a, sections 18 and 20). */
import { readFile } from 'node:fs/promises';
import type { Region } from 'sharp';

interface Size {
  readonly width: number;
  readonly height: number;
}

/** @returns null if the frame covers the canvas. libvips shows the rest of the canvas black. */
export async function readPartialFrame(path: string, canvas: Size): Promise<Region | null> {
  // Comments and other extensions of any length may come before the frame.
  const head = await readFile(path);
  const at = findFirstFrame(head);
  if (at === null) return null;
  try {
    const [left, top] = [head.readUInt16LE(at + 1), head.readUInt16LE(at + 3)];
    const width = Math.min(head.readUInt16LE(at + 5), canvas.width - left);
    const height = Math.min(head.readUInt16LE(at + 7), canvas.height - top);
    const isPartial = width < canvas.width || height < canvas.height;
    return isPartial && width > 0 && height > 0 ? { left, top, width, height } : null;
  } catch (error) {
    // The file ends within the header; libvips says so.
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** Returns the position of the first image descriptor, after the colour table and extensions; null without one. */
export function findFirstFrame(head: Buffer): number | null {
  const flags = head[10] ?? 0;
  return findFrame(head, 13 + (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0));
}

/** Returns the position of the next image descriptor, after extensions; null without one. */
export function findFrame(head: Buffer, start: number): number | null {
  let at = start;
  while (head[at] === 0x21) {
    at += 2;
    for (let length = head[at] ?? 0; length > 0; length = head[at] ?? 0) at += length + 1;
    at++;
  }
  return head[at] === 0x2c ? at : null;
}
