/** Removes the background of a stain: cytoplasm, uneven light, residual stain. */
import { sumBoxes } from './box-sum.ts';
import type { Plane, Size } from './plane.ts';

/** Steps per unit of optical density. */
const STEPS = 4096;

/** Returns half the side in pixels of the surroundings of a pixel: several times the size of an object. */
export const backgroundReach = (maxRadius: number): number => Math.max(32, Math.ceil(maxRadius * 2));

/**
 * Subtracts the background: the mean of the tissue around each pixel that is below its own surroundings. For noise this is about the 20th
 * percentile, for nuclei on cytoplasm the cytoplasm. Pixels that are not tissue have no part, and become 0.
 */
export function subtractBackground(plane: Plane, tissue: Uint8Array, maxRadius: number): Plane {
  const reach = backgroundReach(maxRadius);
  const amounts = new Int32Array(plane.data.length);
  for (let at = 0; at < amounts.length; at++) amounts[at] = Math.round((plane.data[at] ?? 0) * STEPS);
  const all = sumTissue(amounts, tissue, plane, reach);
  const low = new Uint8Array(amounts.length);
  for (let at = 0; at < low.length; at++) {
    if (tissue[at] === 1 && (amounts[at] ?? 0) * (all.counts[at] ?? 0) <= (all.sums[at] ?? 0)) low[at] = 1;
  }
  const below = sumTissue(amounts, low, plane, reach);
  const data = new Float32Array(amounts.length);
  for (let at = 0; at < data.length; at++) {
    if (tissue[at] === 0) continue;
    const { sums, counts } = below.counts[at] === 0 ? all : below;
    data[at] = ((amounts[at] ?? 0) - (sums[at] ?? 0) / (counts[at] ?? 1)) / STEPS;
  }
  return { ...plane, data };
}

function sumTissue(amounts: Int32Array, mask: Uint8Array, size: Size, reach: number) {
  const masked = new Int32Array(amounts.length);
  for (let at = 0; at < masked.length; at++) if (mask[at] === 1) masked[at] = amounts[at] ?? 0;
  return { sums: sumBoxes(masked, size, reach), counts: sumBoxes(mask, size, reach) };
}
