/** Changes colours and sharpness of a picture. */
import type { Sharp } from 'sharp';
import type { Params } from './params.ts';

/** Whether colours are computed, which needs a picture in sRGB. */
export const changesColours = ({ grayscale, brightness, saturation, tint }: Params): boolean =>
  grayscale || brightness !== undefined || saturation !== undefined || tint !== undefined;

export function applyEffects(image: Sharp, params: Params): Sharp {
  const { grayscale, brightness, saturation, tint, blur, sharpen } = params;
  let result = grayscale ? image.grayscale() : image;
  if (brightness !== undefined || saturation !== undefined)
    result = result.modulate({
      ...(brightness === undefined ? {} : { brightness }),
      ...(saturation === undefined ? {} : { saturation }),
    });
  if (tint !== undefined) result = result.tint(tint);
  if (blur !== undefined) result = result.blur(blur);
  return sharpen === undefined ? result : result.sharpen({ sigma: sharpen });
}
