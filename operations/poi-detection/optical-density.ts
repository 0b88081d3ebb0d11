/** Optical densities: the negative decimal logarithm of how much light passes. */

/** Red, green and blue, 1 to 255. */
export type Colour = readonly [number, number, number];

/** Returns the optical density for each of the 256 values of a channel. 0 counts as 1; values above `white` are negative. */
export const opticalDensities = (white: number): Float32Array =>
  Float32Array.from({ length: 256 }, (_, value) => Math.log10(white / Math.max(1, value)));

/** Minimum difference of the optical densities of stained tissue in two channels. Glass and dust are grey. */
export const LEAST_COLOUR = 0.08;
