/** Parameters of poi_detection. */
import { z } from 'zod';
import { onDamaged, onError } from '../operation.ts';
import { stainSetsWith } from './stains.ts';

/** Pixels. The margin of a tile is a multiple of it. */
export const MAX_RADIUS = 64;
export const MIN_RADIUS = 1.5;

const micrometres = z.number().positive().max(1000).optional();

export const params = z
  .strictObject({
    channel: z
      .enum(['auto', 'haematoxylin', 'eosin', 'dab'])
      .default('auto')
      .describe(
        'The stain of the objects to detect. `haematoxylin`: nuclei. `dab`: brown, marked by an antibody. `eosin`: pink. `auto`: nuclei, ' +
          'which is haematoxylin in H&E, and haematoxylin and DAB in H-DAB',
      ),
    stains: z
      .enum(['auto', 'he', 'hdab'])
      .default('auto')
      .describe('The stain combination: haematoxylin with eosin, or with DAB. `auto`: detected by colour'),
    min_radius: z
      .number()
      .min(MIN_RADIUS)
      .max(MAX_RADIUS)
      .default(4)
      .describe('Pixels. Smaller objects are ignored'),
    max_radius: z.number().min(2).max(MAX_RADIUS).default(20).describe('Pixels. Larger objects are ignored'),
    min_radius_um: micrometres.describe('Micrometres; replaces `min_radius`. Needs the scale of the picture'),
    max_radius_um: micrometres.describe('Micrometres; replaces `max_radius`. Needs the scale of the picture'),
    microns_per_pixel: z
      .number()
      .min(0.01)
      .max(100)
      .optional()
      .describe('The scale of the pictures. Default: as stated in the file'),
    sensitivity: z
      .number()
      .min(0)
      .max(1)
      .default(0.5)
      .describe(
        "Higher values find fainter nuclei but more false positives: the threshold is 1.2 to 0.4 times Otsu's",
      ),
    threshold: z
      .number()
      .min(0.02)
      .max(3)
      .optional()
      .describe(
        "Optical density (log10) of the stain above its surroundings. Default: by Otsu's method for each picture",
      ),
    min_score: z.number().min(0).max(1).default(0.4).describe('Points with a lower score are dropped'),
    max_points: z
      .int()
      .min(1)
      .max(100_000)
      .default(10_000)
      .describe(
        'Maximum number of points per picture in the JSON result, best score first; the CSV file has all',
      ),
    tile: z
      .int()
      .min(256)
      .max(4096)
      .default(1536)
      .describe('Side in pixels of the tiles. It affects memory and speed, not the result'),
    overlay: z
      .boolean()
      .default(true)
      .describe('Write the picture as JPEG, and as PNG with the points drawn in'),
    overlay_side: z
      .int()
      .min(256)
      .max(8192)
      .default(2048)
      .describe('Maximum pixels of the longer side of these pictures'),
    on_error: onError,
    on_damaged: onDamaged,
  })
  .refine((params) => params.min_radius < params.max_radius || params.min_radius_um || params.max_radius_um, {
    path: ['max_radius'],
    error: 'must be greater than min_radius',
  })
  .refine(
    ({ min_radius_um: min, max_radius_um: max }) => min === undefined || max === undefined || min < max,
    {
      path: ['max_radius_um'],
      error: 'must be greater than min_radius_um',
    },
  )
  .refine(
    ({ channel, stains }) =>
      stains === 'auto' || channel === 'auto' || stainSetsWith(channel).includes(stains),
    {
      path: ['channel'],
      error: 'is not one of the stains of `stains`',
    },
  );

export type Params = z.infer<typeof params>;
