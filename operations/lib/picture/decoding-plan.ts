/** How sharp must be told to decode a picture, so that its colours come out right. */
import type { Metadata } from 'sharp';
import { readProfileModel } from './icc-profile.ts';

export interface DecodingPlan {
  /** Whether sharp must not apply the embedded profile. */
  readonly ignoreIcc: boolean;
  /** Whether a working copy in sRGB with 16 bits is needed. */
  readonly copy: boolean;
  /** Whether to convert to 8-bit sRGB before anything else. sharp then cannot shrink while decoding. */
  readonly toSrgbFirst: boolean;
  /** The profile of the pixels. */
  readonly profile: 'own' | 'srgb' | 'none';
}

/** Colour model of a profile (ICC.1:2022, 7.2.6) for each interpretation of libvips. */
const models: Readonly<Record<string, string>> = {
  srgb: 'RGB ',
  rgb16: 'RGB ',
  'b-w': 'GRAY',
  grey16: 'GRAY',
  cmyk: 'CMYK',
};

/**
 * sharp converts 8-bit RGB, 8-bit grey and CMYK pictures from their embedded profiles to sRGB. It converts 16-bit RGB to Display P3 and ignores
 * the profile of 16-bit grey, so these need a working copy. It computes with grey pictures in grey, where the client's colours become grey.
 *
 * @param keepOwn - Keep an RGB picture in its embedded profile.
 */
export function planDecoding({ space, icc }: Metadata, keepOwn: boolean): DecodingPlan {
  const isRgb = space === 'srgb' || space === 'rgb16';
  // A profile of another colour model belongs to another picture. Browsers ignore it, too.
  const hasProfile = icc !== undefined && readProfileModel(icc) === models[space];
  const is16Bit = space === 'rgb16' || space === 'grey16';
  if (hasProfile && isRgb && keepOwn)
    return { ignoreIcc: true, copy: false, toSrgbFirst: is16Bit, profile: 'own' };
  if (hasProfile && is16Bit) return { ignoreIcc: true, copy: true, toSrgbFirst: true, profile: 'srgb' };
  return {
    ignoreIcc: icc !== undefined && !hasProfile,
    copy: false,
    toSrgbFirst: !hasProfile && space !== 'srgb' && space !== 'cmyk',
    profile: hasProfile || space === 'cmyk' ? 'srgb' : 'none',
  };
}
