/**
 * Colours of stains, and how much of each there is at a pixel: A. C. Ruifrok and D. A. Johnston, Quantification of
 * histochemical staining by color deconvolution, 2001.
 */

export type Stain = 'haematoxylin' | 'eosin' | 'dab';
export type StainSet = 'he' | 'hdab';
type Vector = readonly [number, number, number];

/** Optical densities in red, green and blue, normalized. The haematoxylin vector differs slightly with DAB. */
const sets: Readonly<Record<StainSet, readonly (readonly [Stain, Vector])[]>> = {
  he: [
    ['haematoxylin', [0.644, 0.717, 0.267]],
    ['eosin', [0.093, 0.954, 0.283]],
  ],
  hdab: [
    ['haematoxylin', [0.65, 0.704, 0.286]],
    ['dab', [0.268, 0.57, 0.776]],
  ],
};

/** Returns the sets that contain a stain. */
export const stainSetsWith = (stain: Stain): readonly StainSet[] =>
  (['he', 'hdab'] as const).filter((set) => sets[set].some(([name]) => name === stain));

/** Returns the stains of nuclei. */
export const nuclearStains = (set: StainSet): readonly Stain[] =>
  set === 'he' ? ['haematoxylin'] : ['haematoxylin', 'dab'];

/** The amount of a stain is the dot product of this with the optical densities of a pixel. */
export function unmixingWeights(set: StainSet, stain: Stain): Vector {
  const [[first, a] = fail(), [, b] = fail()] = sets[set];
  const residual = unit(cross(a, b));
  // A row of the inverse of the matrix of both stains and their residual.
  const row = stain === first ? cross(b, residual) : cross(residual, a);
  const scale = 1 / dot(cross(a, b), residual);
  return [row[0] * scale, row[1] * scale, row[2] * scale];
}

/** Returns a function for the squared distance of optical densities from the colours that both stains can form. */
export function residualOf(set: StainSet): (od: Vector) => number {
  const [[first, a] = fail(), [second, b] = fail()] = sets[set];
  const [weightsA, weightsB] = [unmixingWeights(set, first), unmixingWeights(set, second)];
  const off = (od: Vector, amountA: number, amountB: number) =>
    [0, 1, 2].reduce(
      (sum, i) => sum + ((od[i] ?? 0) - amountA * (a[i] ?? 0) - amountB * (b[i] ?? 0)) ** 2,
      0,
    );
  return (od) => {
    const [amountA, amountB] = [dot(weightsA, od), dot(weightsB, od)];
    if (amountA >= 0 && amountB >= 0) return off(od, amountA, amountB);
    // Amounts cannot be negative: the nearest colour has only one stain.
    return Math.min(off(od, Math.max(0, dot(a, od)), 0), off(od, 0, Math.max(0, dot(b, od))));
  };
}

const dot = (a: Vector, b: Vector): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

const cross = (a: Vector, b: Vector): Vector => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];

function unit(vector: Vector): Vector {
  const length = Math.sqrt(dot(vector, vector));
  return [vector[0] / length, vector[1] / length, vector[2] / length];
}

function fail(): never {
  throw new Error('A set has two stains');
}
