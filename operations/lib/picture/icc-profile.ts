/** Reads the header of ICC profiles (ICC.1:2022, 7.2). */
import type { Metadata } from 'sharp';

/** Interpretations of libvips, by the colour models of profiles that describe them. */
const spaces: Readonly<Record<string, readonly string[]>> = {
  'RGB ': ['srgb', 'rgb16', 'scrgb', 'b-w', 'grey16'],
  GRAY: ['b-w', 'grey16'],
  CMYK: ['cmyk'],
};

/** The colour model of the device, such as `RGB `, `GRAY` or `CMYK`; empty if the profile is too short. */
const modelOf = (profile: Buffer): string => profile.toString('latin1', 16, 20);

/** Whether the embedded profile fits the picture. A profile of another colour model is ignored, as browsers do. */
export const isUsableProfile = ({ space, icc }: Pick<Metadata, 'space' | 'icc'>): boolean =>
  icc !== undefined && (spaces[modelOf(icc)]?.includes(space) ?? false);

/** Whether a profile has the length that it states. libpng writes no other. */
export const hasStatedLength = (profile: Buffer): boolean =>
  profile.length >= 4 && profile.readUInt32BE(0) === profile.length;

/** Whether a grey picture has a profile of RGB. */
export const isGreyWithRgbProfile = ({ space, icc }: Pick<Metadata, 'space' | 'icc'>): boolean =>
  (space === 'b-w' || space === 'grey16') && icc !== undefined && modelOf(icc) === 'RGB ';
