/** Parameters of image.watermark. */
import { z } from 'zod';
import { colour } from '../lib/colour-param.ts';
import { checkFrames, frames } from '../lib/picture/frames-param.ts';
import { outputParams } from '../lib/picture/output-params.ts';
import { onDamaged, onError } from '../operation.ts';

/** Longer texts would be too small to read. */
const MAX_TEXT = 500;

export const params = z
  .strictObject({
    overlay: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe('Name of the asset that is put over the others. It gives no result itself'),
    text: z
      .string()
      .max(MAX_TEXT)
      .regex(/\S/u, 'must have a visible character')
      .optional()
      .describe('Text that is put over the pictures, instead of an overlay. It may have several lines')
      .meta({ example: '© Acme' }),
    position: z
      .enum([
        ...(['center', 'top', 'right', 'bottom', 'left'] as const),
        ...(['top-left', 'top-right', 'bottom-left', 'bottom-right'] as const),
      ])
      .optional()
      .describe('Where the watermark lies. Default: bottom-right'),
    point: z
      .strictObject({ x: z.number().min(0).max(1), y: z.number().min(0).max(1) })
      .optional()
      .describe(
        'Instead of `position`: where the middle of the watermark lies, as fractions of width and height from the top left',
      ),
    tile: z.boolean().default(false).describe('Repeat the watermark over the whole picture'),
    scale: z
      .number()
      .min(0.01)
      .max(1)
      .default(0.25)
      .describe(
        'Size: the watermark fits into this fraction of the width and of the height of the picture, enlarged if necessary',
      ),
    margin: z
      .number()
      .min(0)
      .max(0.4)
      .default(0.02)
      .describe(
        'Distance from the edges of the picture, and with `tile` between repetitions: a fraction of the shorter side',
      ),
    opacity: z
      .number()
      .min(0.01)
      .max(1)
      .default(1)
      .describe('1: opaque. It multiplies the alpha of the overlay'),
    rotate: z
      .number()
      .min(-360)
      .max(360)
      .default(0)
      .describe('Degrees clockwise that the watermark is turned'),
    color: colour
      .default('#ffffff')
      .describe('Colour of the text: #rgb, #rrggbb or #rrggbbaa')
      .meta({ example: '#ffffff' }),
    font: z
      .string()
      .regex(/^[\p{L}\p{N} -]{1,100}$/u, 'must be a font name such as "sans bold" or "DejaVu Serif"')
      .default('sans bold')
      .describe('Font of the text, by the name that Pango and fontconfig know: family and style'),
    align: z
      .enum(['left', 'center', 'right'])
      .default('center')
      .describe('Alignment of several lines of text'),
    ...outputParams,
    frames,
    on_error: onError,
    on_damaged: onDamaged,
  })
  .superRefine((given, context) => {
    const refuse = (name: string, message: string) =>
      context.addIssue({ code: 'custom', path: [name], message });
    if (given.overlay === undefined && given.text === undefined) refuse('overlay', 'or text is required');
    if (given.overlay !== undefined && given.text !== undefined)
      refuse('text', 'cannot be given with overlay');
    if (given.point && given.position) refuse('point', 'cannot be given with position');
    if (given.tile && given.position) refuse('position', 'cannot be given with tile');
    if (given.tile && given.point) refuse('point', 'cannot be given with tile');
    checkFrames(given, refuse);
  });

export type Params = z.infer<typeof params>;
