/** Parameters of image.transform that choose the part of a picture and how it lies. */
import { z } from 'zod';
import { frames } from '../lib/picture/frames-param.ts';
import { MAX_SIDE } from '../lib/picture/output-formats.ts';

const offset = z.int().min(0);
const extent = z.int().min(1);

export const geometryParams = {
  frames,
  page: z
    .int()
    .min(0)
    .max(100_000)
    .default(0)
    .describe(
      'Page of TIFF files to use, counted from 0 without thumbnails and masks. An asset without this page fails',
    ),
  crop: z
    .strictObject({ left: offset, top: offset, width: extent, height: extent })
    .optional()
    .describe(
      'Use only this box of the asset. Pixels of the upright picture. `left` and `top` are counted from its corner',
    ),
  trim: z
    .number()
    .min(0)
    .max(255)
    .optional()
    .describe(
      'Remove borders that differ from the top left pixel by at most this much per channel. Usual: 10',
    ),
  rotate: z
    .number()
    .min(-360)
    .max(360)
    .default(0)
    .describe(
      'Degrees clockwise, after the EXIF orientation. Corners that open up get the background. Width and height are those of the result',
    ),
  flip: z.boolean().default(false).describe('Mirror top to bottom, after the rotation'),
  flop: z.boolean().default(false).describe('Mirror left to right, after the rotation'),
  position: z
    .enum([
      ...(['center', 'top', 'right', 'bottom', 'left'] as const),
      ...(['top-left', 'top-right', 'bottom-left', 'bottom-right', 'attention', 'entropy'] as const),
    ])
    .default('center')
    .describe(
      'The part to keep with `cover`, the alignment with `contain`. With `cover` also `attention` (saturation, ' +
        'skin tones, sharp details) and `entropy` (most detail)',
    ),
  focal_point: z
    .strictObject({ x: z.number().min(0).max(1), y: z.number().min(0).max(1) })
    .optional()
    .describe(
      'With `cover` instead of `position`: the point to keep in the middle, as fractions of width and height from the top left',
    ),
};

/** Sides of a box that is stated in pixels. */
export const side = z.int().min(1).max(MAX_SIDE).optional();
