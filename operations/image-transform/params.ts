/** Parameters of image.transform. The console shows the first ones, and the others on request. */
import { z } from 'zod';
import { colour } from '../lib/colour-param.ts';
import { checkFrames } from '../lib/picture/frames-param.ts';
import { outputParams } from '../lib/picture/output-params.ts';
import { onDamaged, onError } from '../operation.ts';
import { effectParams } from './effect-params.ts';
import { encodingParams } from './encoding-params.ts';
import { geometryParams, side } from './geometry-params.ts';

export const params = z
  .strictObject({
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
    ...outputParams,
    enlarge: z
      .boolean()
      .default(false)
      .describe(
        'Enlarge pictures that are smaller than the box. Otherwise such a picture keeps its width, its height or both',
      ),
    background: colour
      .default('#ffffff')
      .describe(
        'Colour of the padding with `contain`, of corners that a rotation opens, and behind transparent parts in JPEG and ' +
          'with `flatten`: #rgb, #rrggbb or #rrggbbaa',
      )
      .meta({ example: '#ffffff' }),
    flatten: z
      .boolean()
      .default(false)
      .describe('Put the background behind transparent parts, whatever the format'),
    ...geometryParams,
    ...effectParams,
    ...encodingParams,
    on_error: onError,
    on_damaged: onDamaged,
  })
  .superRefine((given, context) => {
    const refuse = (name: string, message: string) =>
      context.addIssue({ code: 'custom', path: [name], message });
    if (!checkFrames(given, refuse)) return;
    if (given.page > 0) refuse('page', 'must be 0 unless frames is "first"');
    if (given.trim !== undefined) refuse('trim', 'would crop each frame differently: choose frames "first"');
    if (/^(attention|entropy)$/.test(given.position))
      refuse('position', 'would crop each frame differently: choose frames "first", or a focal_point');
    if (given.max_bytes !== undefined) refuse('max_bytes', 'is not possible unless frames is "first"');
  })
  .refine(({ focal_point, fit }) => !focal_point || fit === 'cover', {
    path: ['focal_point'],
    error: 'needs fit "cover", width and height',
  })
  .refine(({ position, fit }) => fit === 'cover' || !/^(attention|entropy)$/.test(position), {
    path: ['position'],
    error: '"attention" and "entropy" need fit "cover", width and height',
  })
  .refine(({ lossless, format }) => !lossless || format !== 'jpeg', {
    path: ['lossless'],
    error: 'is not possible with JPEG: choose webp, avif or png',
  });

export type Params = z.infer<typeof params>;
