/** Parameters of image.transform that say how results are encoded. */
import { z } from 'zod';

export const encodingParams = {
  progressive: z.boolean().default(false).describe('Progressive JPEG, interlaced PNG'),
  lossless: z.boolean().default(false).describe('Lossless WebP and AVIF. PNG always is, JPEG never'),
  chroma_subsampling: z
    .enum(['4:2:0', '4:4:4'])
    .optional()
    .describe('Of JPEG and AVIF. `4:4:4` keeps the full resolution of colours. Default: 4:2:0, AVIF 4:4:4'),
  palette: z.boolean().default(false).describe('Reduce PNG to a palette of at most 256 colours'),
  max_bytes: z
    .union([z.int().min(100), z.literal('input')])
    .optional()
    .describe(
      'Bytes that a result may have; `input`, as many as its asset. JPEG, WebP and AVIF get the highest quality up to ' +
        '`quality` that fits. If none does, and if a lossless result is larger, the asset fails',
    ),
};
