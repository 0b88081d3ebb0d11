/** Binary masks: 1 for pixels of an object, else 0. */
import type { Plane, Size } from './plane.ts';

export interface Mask extends Size {
  readonly data: Uint8Array;
}

/**
 * A pixel below this share of the local maximum is outside the object. 0.5 would match the visible edge, but removes pale parts of nuclei
 * with dark grains.
 */
const SHARE = 0.45;

/** Selects pixels above the threshold and above a share of the maximum within `reach` pixels. */
export function adaptiveThreshold({ data, width, height }: Plane, threshold: number, reach: number): Mask {
  // Lower maxima have no effect: their share is below the threshold.
  const least = threshold / SHARE;
  const across = maxAlong(data, width, height, reach, 1, least);
  const most = maxAlong(across, height, width, reach, width, least);
  const mask = new Uint8Array(data.length);
  for (let at = 0; at < data.length; at++) {
    const value = data[at] ?? 0;
    if (value > threshold && value > SHARE * (most[at] ?? 0)) mask[at] = 1;
  }
  return { data: mask, width, height };
}

/** Returns the running maximum along lines, of values above `least`. `step` is the index distance of neighbours on a line. */
function maxAlong(
  data: Float32Array,
  length: number,
  lines: number,
  reach: number,
  step: number,
  least: number,
): Float32Array {
  const most = data.slice();
  const lineStep = step === 1 ? length : 1;
  for (let line = 0; line < lines; line++) {
    for (let i = 0; i < length; i++) {
      const value = data[line * lineStep + i * step] ?? 0;
      if (value <= least) continue;
      const last = Math.min(length - 1, i + reach);
      for (let j = Math.max(0, i - reach); j <= last; j++) {
        const at = line * lineStep + j * step;
        if (value > (most[at] ?? 0)) most[at] = value;
      }
    }
  }
  return most;
}

/**
 * Removes connected regions of fewer pixels than `specks`, then fills holes of fewer pixels than `holes`. Does not change pixels at the border.
 */
export function removeSmallRegions(mask: Mask, specks: number, holes: number): void {
  const { width } = mask;
  const beside = [-1, 1, -width, width];
  const pending = new Int32Array(mask.data.length);
  flipSmallRegions(mask, 1, specks, [...beside, -width - 1, -width + 1, width - 1, width + 1], pending);
  flipSmallRegions(mask, 0, holes, beside, pending);
}

/** Flips connected regions of `value` with fewer than `least` pixels. `steps`: index offsets of neighbours; `pending`: a scratch buffer. */
function flipSmallRegions(
  { data, width, height }: Mask,
  value: 0 | 1,
  least: number,
  steps: readonly number[],
  pending: Int32Array,
): void {
  const open = interiorOf({ data, width, height }, value);
  const small = new Int32Array(Math.ceil(least));
  for (let start = open.indexOf(1); start >= 0; start = open.indexOf(1, start + 1)) {
    let waiting = 1;
    let size = 0;
    pending[0] = start;
    open[start] = 0;
    while (waiting > 0) {
      const at = pending[--waiting] ?? 0;
      if (size < small.length) small[size] = at;
      size++;
      for (const step of steps) {
        if (open[at + step] !== 1) continue;
        open[at + step] = 0;
        pending[waiting++] = at + step;
      }
    }
    if (size < least) for (const at of small.subarray(0, size)) data[at] = 1 - value;
  }
}

/** Returns 1 for pixels with the value that are not at the border. */
function interiorOf({ data, width, height }: Mask, value: 0 | 1): Uint8Array {
  const inside = new Uint8Array(data.length);
  for (let y = 1; y < height - 1; y++) {
    for (let at = y * width + 1; at < (y + 1) * width - 1; at++) if (data[at] === value) inside[at] = 1;
  }
  return inside;
}
