/** Parameters of image.transform. */
import { z } from 'zod';
import { METADATA_VALUES, metadataChoice } from '../lib/picture/metadata-choice.ts';
import { onDamaged, onError } from '../operation.ts';

/** Pixels. */
export const MAX_SIDE = 16_384;

const side = z.int().min(1).max(MAX_SIDE).optional();

export const params = z.strictObject({
  width: side.describe(
    'Width of the box in pixels. Without height, the height follows from the aspect ratio',
  ),
  height: side.describe(
    'Height of the box in pixels. Without width, the width follows from the aspect ratio',
  ),
  fit: z
    .enum(['inside', 'outside', 'cover', 'contain', 'fill'])
    .default('inside')
    .describe(
      'With both width and height: `inside`, the largest size that fits into the box. `outside`, the smallest size that covers it. ' +
        '`cover`, fill the box and crop. `contain`, fit into the box and pad with the background. `fill`, stretch',
    ),
  position: z
    .enum(['center', 'top', 'right', 'bottom', 'left'])
    .default('center')
    .describe('The part to keep with `cover`, the alignment with `contain`'),
  enlarge: z
    .boolean()
    .default(false)
    .describe(
      'Enlarge pictures that are smaller than the box. Otherwise such a picture keeps its width, its height or both',
    ),
  background: z
    .string()
    .regex(
      /^#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})$/,
      'must be a colour such as #fff, #ffffff or #ffffff00',
    )
    .default('#ffffff')
    .describe(
      'Colour of the padding with `contain`, and behind transparent parts in JPEG: #rgb, #rrggbb or #rrggbbaa',
    )
    .meta({ example: '#ffffff' }),
  rotate: z
    .literal([0, 90, 180, 270])
    .default(0)
    .describe('Degrees clockwise, after the EXIF orientation. Width and height are those of the result'),
  format: z
    .enum(['keep', 'jpeg', 'png', 'webp', 'avif'])
    .default('keep')
    .describe(
      'Format of the results. `keep`: the format of the input; GIF and TIFF become PNG, HEIC and camera raw JPEG',
    ),
  quality: z
    .int()
    .min(1)
    .max(100)
    .optional()
    .describe('Default: 80 for JPEG and WebP, 50 for AVIF. PNG is always lossless and ignores it'),
  metadata: metadataChoice.default('strip').describe(METADATA_VALUES),
  on_error: onError,
  on_damaged: onDamaged,
});

export type Params = z.infer<typeof params>;
export type Format = Exclude<Params['format'], 'keep'>;
