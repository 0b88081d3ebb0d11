/** The options with which sharp reads a picture, so that its colours are correct. */
import { isUsableProfile } from './icc-profile.ts';
import type { Decoded } from './working-copy.ts';

export interface DecodingPlan {
  /** `own`: the numbers stay in the embedded profile. `sharp`: sharp converts from it. `copy`: a working copy is converted. */
  readonly convert: 'own' | 'sharp' | 'copy';
  /** Whether to convert to 8-bit sRGB before anything else. sharp then cannot shrink while decoding. */
  readonly toSrgbFirst: boolean;
  /** The profile that belongs into a result with metadata. */
  readonly profile: 'own' | 'srgb' | 'none';
}

/**
 * sharp converts 8-bit RGB, 8-bit grey and CMYK pictures from their profiles to sRGB. It converts 16-bit RGB to Display P3 and ignores the profile of
 * 16-bit grey, so these need a working copy. It computes with grey pictures in grey, where the client's colours become grey.
 *
 * @param keepOwn - Keep an RGB picture in its embedded profile.
 */
export function planDecoding({ space, icc, isEmbedded }: Decoded, keepOwn: boolean): DecodingPlan {
  const hasProfile = isUsableProfile({ space, icc });
  const is16Bit = space === 'rgb16' || space === 'grey16';
  if (hasProfile && keepOwn && isEmbedded && (space === 'srgb' || space === 'rgb16'))
    return { convert: 'own', toSrgbFirst: is16Bit, profile: 'own' };
  if (hasProfile && is16Bit) return { convert: 'copy', toSrgbFirst: true, profile: 'srgb' };
  if (hasProfile) return { convert: 'sharp', toSrgbFirst: false, profile: 'srgb' };
  if (space === 'cmyk') return { convert: icc ? 'own' : 'sharp', toSrgbFirst: false, profile: 'srgb' };
  return { convert: 'own', toSrgbFirst: space !== 'srgb', profile: 'none' };
}
