/** The one way in: opens an asset as RGB pixels whose colours are known, whatever its depth, colour model or profile. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sharp } from 'sharp';
import type { InputFile } from '../../operation.ts';
import { decodeFile, openImage, type SourceImage } from '../image-source.ts';
import { ProfileColours, srgbColours, type TargetColours } from './client-colour.ts';
import { planDecoding } from './decoding-plan.ts';
import { isGreyWithRgbProfile } from './icc-profile.ts';
import { convertGreyToRgb, convertToSrgb16, decodeForLibvips } from './working-copy.ts';

export interface PictureOptions {
  /** Path for a directory of temporary files: this name and an extension. It is deleted afterwards. */
  readonly scratch: string;
  /** `srgb`: convert to sRGB. `own`: an RGB picture stays in its embedded profile, others are converted. Default `srgb`. */
  readonly colours?: 'srgb' | 'own';
  /** Default MAX_PIXELS. */
  readonly maxPixels?: number;
}

export interface Picture extends SourceImage {
  /** RGB with or without alpha. Not turned yet, and only its first page or frame. */
  readonly image: Sharp;
  /** Converts colours of the client to those of `image`. */
  readonly colours: TargetColours;
  /** The profile of `image`. `none`: the asset has none and counts as sRGB. */
  readonly profile: 'own' | 'srgb' | 'none';
  /** False if `image` reads a working copy instead of the asset. */
  readonly isDirect: boolean;
}

/**
 * Opens an asset, passes it to `use`, and deletes the temporary files.
 *
 * @throws The errors of `openImage`, what the decoder throws (see `toDecodeError`), and what `use` throws.
 * @example
 * await withPicture(input, { scratch: draft }, ({ image }) => image.autoOrient().resize(320).png().toFile(draft));
 */
export async function withPicture<T>(
  input: InputFile,
  { scratch, colours = 'srgb', maxPixels }: PictureOptions,
  use: (picture: Picture) => Promise<T>,
): Promise<T> {
  const source = await openImage(input, maxPixels);
  const folder = `${scratch}.working`;
  try {
    await mkdir(folder, { recursive: true });
    const first = await decodeForLibvips(input, source, folder);
    const decoded = isGreyWithRgbProfile(first) ? await convertGreyToRgb(first, folder) : first;
    const own =
      colours === 'own' && decoded.icc
        ? await ProfileColours.open(decoded.icc, join(folder, 'own.icc'))
        : null;
    const { convert, toSrgbFirst, profile } = planDecoding(decoded, own !== null);
    const ready = convert === 'copy' ? await convertToSrgb16(decoded, folder) : decoded;
    const image = decodeFile(ready.file, { ignoreIcc: convert !== 'sharp', maxPixels });
    return await use({
      ...source,
      image: toSrgbFirst ? image.pipelineColourspace('srgb') : image,
      colours: profile === 'own' && own ? own : srgbColours,
      profile,
      isDirect: ready.file === source.file,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
