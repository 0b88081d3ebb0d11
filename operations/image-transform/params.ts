/** Parameters of image.transform. */
import { z } from 'zod';
import { onError } from '../operation.ts';

/** Pixels. */
export const MAX_SIDE = 16_384;

const side = z.int().min(1).max(MAX_SIDE).optional();

export const params = z.strictObject({
  width: side.describe(
    'Width of the box in pixels. Without height, that follows from the proportions of the picture',
  ),
  height: side.describe(
    'Height of the box in pixels. Without width, that follows from the proportions of the picture',
  ),
  fit: z
    .enum(['inside', 'outside', 'cover', 'contain', 'fill'])
    .default('inside')
    .describe(
      'With both width and height: `inside`, as large as fits into the box. `outside`, as small as covers it. `cover`, the ' +
        'box filled and the rest cut off. `contain`, the whole picture in the box, on the background. `fill`, stretched',
    ),
  position: z
    .enum(['center', 'top', 'right', 'bottom', 'left'])
    .default('center')
    .describe('Which part stays with `cover`, and where the picture lies with `contain`'),
  enlarge: z
    .boolean()
    .default(false)
    .describe(
      'Blow up pictures that are smaller than the box. If not, such a picture keeps its width, its height or both',
    ),
  background: z
    .string()
    .regex(
      /^#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})$/,
      'must be a colour such as #fff, #ffffff or #ffffff00',
    )
    .default('#ffffff')
    .describe(
      'Colour around the picture with `contain`, and behind transparent parts in JPEG: #rgb, #rrggbb or #rrggbbaa',
    )
    .meta({ example: '#ffffff' }),
  rotate: z
    .literal([0, 90, 180, 270])
    .default(0)
    .describe('Degrees clockwise, once the picture is upright. Width and height are those of the result'),
  format: z
    .enum(['keep', 'jpeg', 'png', 'webp', 'avif'])
    .default('keep')
    .describe('Format of the results. `keep`: that of the picture; GIF and TIFF become PNG'),
  quality: z
    .int()
    .min(1)
    .max(100)
    .optional()
    .describe('JPEG and WebP: 80 when left out, AVIF: 50. PNG is always lossless and takes no notice of it'),
  metadata: z
    .enum(['strip', 'keep'])
    .default('strip')
    .describe(
      '`strip`: colours are converted to sRGB, and EXIF (place, camera), XMP and profiles are left out. `keep`: they stay',
    ),
  on_error: onError,
});

export type Params = z.infer<typeof params>;
export type Format = Exclude<Params['format'], 'keep'>;
