/** Colours that a file describes by the code points of ITU-T H.273, as PNG (`cICP`) and AVIF (`nclx`) do. */
import { buildMatrixProfile, type Chromaticity, type Curve, type Primaries } from './matrix-profile.ts';

/** How a file describes its colours: a profile, or a transfer function of high dynamic range, by its name. */
export type DescribedColour = { readonly profile: Buffer } | { readonly hdr: string };

const D65: Chromaticity = [0.3127, 0.329];
const C: Chromaticity = [0.31, 0.316];

const primary = (red: Chromaticity, green: Chromaticity, blue: Chromaticity, white = D65): Primaries => {
  return { red, green, blue, white };
};

export const BT709 = primary([0.64, 0.33], [0.3, 0.6], [0.15, 0.06]);
const SMPTE170M = primary([0.63, 0.34], [0.31, 0.595], [0.155, 0.07]);

/** H.273, table 2. */
const primaries: Readonly<Record<number, Primaries>> = {
  1: BT709,
  4: primary([0.67, 0.33], [0.21, 0.71], [0.14, 0.08], C),
  5: primary([0.64, 0.33], [0.29, 0.6], [0.15, 0.06]),
  6: SMPTE170M,
  7: SMPTE170M,
  8: primary([0.681, 0.319], [0.243, 0.692], [0.145, 0.049], C),
  9: primary([0.708, 0.292], [0.17, 0.797], [0.131, 0.046]),
  10: primary([1, 0], [0, 1], [0, 0], [1 / 3, 1 / 3]),
  11: primary([0.68, 0.32], [0.265, 0.69], [0.15, 0.06], [0.314, 0.351]),
  12: primary([0.68, 0.32], [0.265, 0.69], [0.15, 0.06]),
  22: primary([0.63, 0.34], [0.295, 0.605], [0.155, 0.077]),
};

const SRGB_CURVE: Curve = [2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045];
/** What displays apply (ITU-R BT.1886), which browsers follow; not the inverse of what cameras apply. */
const BT709_CURVE: Curve = [2.4];

/** H.273, table 3. */
const curves: Readonly<Record<number, Curve>> = {
  1: BT709_CURVE,
  4: [2.2],
  5: [2.8],
  6: BT709_CURVE,
  7: [1 / 0.45, 1 / 1.1115, 0.1115 / 1.1115, 1 / 4, 0.0912],
  8: [1],
  11: BT709_CURVE,
  13: SRGB_CURVE,
  14: BT709_CURVE,
  15: BT709_CURVE,
  17: [2.6, (52.37 / 48) ** (1 / 2.6), 0],
};

const hdrTransfers: Readonly<Record<number, string>> = { 16: 'PQ', 18: 'HLG' };

const SRGB_CODE = 13;

/** @returns null if a code point is reserved or unspecified. */
export function describeCodePoints(primariesCode: number, transfer: number): DescribedColour | null {
  const hdr = hdrTransfers[transfer];
  if (hdr !== undefined) return { hdr };
  const [rgb, curve] = [primaries[primariesCode], curves[transfer]];
  const profile = rgb && curve ? buildMatrixProfile(rgb, curve) : null;
  return profile && { profile };
}

/**
 * The same for AVIF. Browsers read the curves of video, and what is reserved or unspecified, as those of sRGB.
 *
 * @returns null for sRGB.
 */
export function describeVideoCodePoints(primariesCode: number, transfer: number): DescribedColour | null {
  const isVideo = !(transfer in hdrTransfers) && (!(transfer in curves) || curves[transfer] === BT709_CURVE);
  const [rgb, curve] = [primariesCode in primaries ? primariesCode : 1, isVideo ? SRGB_CODE : transfer];
  return rgb === 1 && curve === SRGB_CODE ? null : describeCodePoints(rgb, curve);
}
