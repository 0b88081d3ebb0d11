/** Parameters of operations that write one picture for each asset. */
import { z } from 'zod';
import { METADATA_VALUES, metadataChoice } from './metadata-choice.ts';

export const outputParams = {
  format: z
    .enum(['keep', 'jpeg', 'png', 'webp', 'avif', 'gif'])
    .default('keep')
    .describe(
      'Format of the results. `keep`: the format of the input; still GIF and TIFF become PNG, HEIC and camera raw JPEG',
    ),
  quality: z
    .int()
    .min(1)
    .max(100)
    .optional()
    .describe('Default: 80 for JPEG and WebP, 50 for AVIF. PNG is always lossless and ignores it'),
  metadata: metadataChoice.default('strip').describe(METADATA_VALUES),
};
