/** What a job may ask of poi_detection. */
import { z } from 'zod';
import { onError } from '../operation.ts';
import { stainSetsWith } from './stains.ts';

/** Pixels. Everything that is computed about a place looks a few of these around it. */
const MAX_RADIUS = 64;

export const params = z
  .strictObject({
    channel: z
      .enum(['auto', 'haematoxylin', 'eosin', 'dab'])
      .default('auto')
      .describe(
        'What to look for, by its stain. `haematoxylin`: nuclei. `dab`: brown, what an antibody marks. `eosin`: pink bodies. `auto`: ' +
          'nuclei, which is haematoxylin in H&E, and haematoxylin and DAB in H-DAB',
      ),
    stains: z
      .enum(['auto', 'he', 'hdab'])
      .default('auto')
      .describe(
        'How the tissue was stained: haematoxylin with eosin, or with DAB. `auto`: as its colours say',
      ),
    min_radius: z
      .number()
      .min(1.5)
      .max(MAX_RADIUS)
      .default(4)
      .describe('Pixels; smaller things are left out'),
    max_radius: z.number().min(2).max(MAX_RADIUS).default(20).describe('Pixels; larger things are left out'),
    sensitivity: z
      .number()
      .min(0)
      .max(1)
      .default(0.5)
      .describe(
        'Higher finds paler things, and more that is none: the threshold is 1.2 to 0.4 times what Otsu finds',
      ),
    threshold: z
      .number()
      .min(0.02)
      .max(3)
      .optional()
      .describe(
        'Optical density (log10) of the stain above its surroundings that makes a thing. Left out, it is found for each picture by Otsu',
      ),
    min_score: z.number().min(0).max(1).default(0.4).describe('Points with a lower score are left out'),
    max_points: z
      .int()
      .min(1)
      .max(100_000)
      .default(10_000)
      .describe('Points of a picture in the JSON result, those with the best score; the CSV file has all'),
    tile: z
      .int()
      .min(256)
      .max(4096)
      .default(1536)
      .describe(
        'Side in pixels of the pieces that are looked at one by one. It changes memory and pace, not the result',
      ),
    overlay: z.boolean().default(true).describe('Make a PNG picture with the points drawn in'),
    overlay_side: z
      .int()
      .min(256)
      .max(8192)
      .default(2048)
      .describe('Pixels of the longer side of that picture, at most'),
    on_error: onError,
  })
  .refine(({ min_radius, max_radius }) => min_radius < max_radius, {
    path: ['max_radius'],
    error: 'must be greater than min_radius',
  })
  .refine(
    ({ channel, stains }) =>
      stains === 'auto' || channel === 'auto' || stainSetsWith(channel).includes(stains),
    {
      path: ['channel'],
      error: 'is not one of the stains that `stains` says',
    },
  );

export type Params = z.infer<typeof params>;
