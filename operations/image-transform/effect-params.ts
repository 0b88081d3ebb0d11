/** Parameters of image.transform that change colours and sharpness. */
import { z } from 'zod';
import { colour } from '../lib/colour-param.ts';

const factor = z.number().min(0).max(10);

export const effectParams = {
  grayscale: z.boolean().default(false).describe('Remove colours, keep luminance'),
  brightness: factor.optional().describe('Multiply lightness (CIE LCh) by this. 1 changes nothing'),
  saturation: factor.optional().describe('Multiply chroma (CIE LCh) by this. 1 changes nothing'),
  tint: colour
    .optional()
    .describe('Give the picture the hue and chroma of this colour, and keep its lightness')
    .meta({ example: '#704214' }),
  blur: z
    .number()
    .min(0.3)
    .max(100)
    .optional()
    .describe('Blur after the resize: standard deviation of a Gaussian in pixels'),
  sharpen: z
    .number()
    .min(0.1)
    .max(10)
    .optional()
    .describe('Sharpen after the resize: standard deviation of the mask in pixels. Usual: 1'),
};
