/** Binary masks: 1 for pixels of an object, else 0. */
import { sumBoxes } from './box-sum.ts';
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
 * Removes connected regions of fewer pixels than `specks`, then fills holes of fewer pixels than `holes`. Does not change pixels at the
 * border of the plane, or beside pixels where `valid` is 0.
 */
export function removeSmallRegions(mask: Mask, valid: Uint8Array, specks: number, holes: number): void {
  const { width } = mask;
  const beside = [-1, 1, -width, width];
  const around = [...beside, -width - 1, -width + 1, width - 1, width + 1];
  const inner = sumBoxes(valid, mask, 1);
  flipSmallRegions(mask, inner, 1, specks, around);
  flipSmallRegions(mask, inner, 0, holes, beside);
}

/** Flips connected regions of `value` with fewer than `least` pixels. `inner`: 9 where it may; `steps`: index offsets of neighbours. */
function flipSmallRegions(
  { data }: Mask,
  inner: Int32Array,
  value: 0 | 1,
  least: number,
  steps: readonly number[],
): void {
  if (least === 0) return;
  const open = new Uint8Array(data.length);
  for (let at = 0; at < open.length; at++) if (data[at] === value && inner[at] === 9) open[at] = 1;
  const pending = new Int32Array(data.length);
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
