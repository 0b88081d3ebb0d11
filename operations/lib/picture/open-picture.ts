/** The one way in: opens an asset as RGB pixels whose colours are known, whatever its depth, colour model or profile. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sharp } from 'sharp';
import { DarkroomError } from '../../../src/errors.ts';
import { findDamage } from '../formats/find-damage.ts';
import type { PictureFile } from '../formats/picture-file.ts';
import type { PageChoice } from '../formats/tiff.ts';
import { damagedError, decodeFile, openImage, type SourceImage, toDecodeError } from '../image-source.ts';
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
  /** Which directory of a TIFF file to open. Default `first`. */
  readonly choice?: PageChoice;
  /** Frames of an animation to read, below each other. Default 1. */
  readonly frames?: number;
  /** What `openImage` returned for the asset, if it has been called. */
  readonly source?: SourceImage;
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
 * @throws The errors of `openImage`, `asset_corrupt`, and what `use` throws.
 * @example
 * await withPicture(input, { scratch: draft }, ({ image }) => image.autoOrient().resize(320).png().toFile(draft));
 */
export async function withPicture<T>(
  input: PictureFile,
  options: PictureOptions,
  use: (picture: Picture) => Promise<T>,
): Promise<T> {
  const opened = options.source ?? (await openImage(input, options.maxPixels, options.choice));
  const source = { ...opened, file: { ...opened.file, frames: options.frames } };
  const damage = await findDamage(input, source);
  if (damage) throw damagedError(input, damage[1], damage[0]);
  const folder = `${options.scratch}.working`;
  try {
    await mkdir(folder, { recursive: true });
    const picture = await openPicture(input, source, options, folder).catch((error: unknown) => {
      throw error instanceof DarkroomError ? error : toDecodeError(input, error);
    });
    return await use(picture);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @param folder - For working copies. */
async function openPicture(
  input: PictureFile,
  source: SourceImage,
  { colours = 'srgb', maxPixels }: PictureOptions,
  folder: string,
): Promise<Picture> {
  const first = await decodeForLibvips(input, source, folder);
  const decoded = isGreyWithRgbProfile(first) ? await convertGreyToRgb(first, folder) : first;
  const { icc } = decoded;
  const own = colours === 'own' && icc ? await ProfileColours.open(icc, join(folder, 'own.icc')) : null;
  const { convert, toSrgbFirst, profile } = planDecoding(decoded, own !== null);
  const ready = convert === 'copy' ? await convertToSrgb16(decoded, folder) : decoded;
  const image = decodeFile(ready.file, { ignoreIcc: convert !== 'sharp', maxPixels });
  return {
    ...source,
    image: toSrgbFirst ? image.pipelineColourspace('srgb') : image,
    colours: profile === 'own' && own ? own : srgbColours,
    profile,
    isDirect: ready.file === source.file,
  };
}
