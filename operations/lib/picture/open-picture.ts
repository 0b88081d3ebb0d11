/** The one way in: opens an asset as RGB pixels whose colours are known, whatever its depth, colour model or profile. */
import { rm } from 'node:fs/promises';
import type { Sharp } from 'sharp';
import type { InputFile } from '../../operation.ts';
import { decodeFile, openImage, type SourceImage } from '../image-source.ts';
import { ProfileColours, srgbColours, type TargetColours } from './client-colour.ts';
import { planDecoding } from './decoding-plan.ts';
import { writeWorkingCopy } from './working-copy.ts';

export interface PictureOptions {
  /** Path for temporary files, which get this name and an extension. They are deleted afterwards. */
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
  const copy = `${scratch}.v`;
  const profileFile = `${scratch}.icc`;
  try {
    const icc = source.header.icc;
    const own = colours === 'own' && icc ? await ProfileColours.open(icc, profileFile) : null;
    const plan = planDecoding(source.header, own !== null);
    const { ignoreIcc } = plan;
    let image = source.image;
    if (plan.copy) {
      await writeWorkingCopy(source, copy);
      image = decodeFile(copy, { ignoreIcc: true, maxPixels });
    } else if (ignoreIcc) image = decodeFile(source.file, { ignoreIcc, maxPixels });
    if (plan.toSrgbFirst) image = image.pipelineColourspace('srgb');
    const target = plan.profile === 'own' && own ? own : srgbColours;
    return await use({ ...source, image, colours: target, profile: plan.profile, isDirect: !plan.copy });
  } finally {
    await rm(copy, { force: true });
    await rm(profileFile, { force: true });
  }
}
