/** Parameters of reconstruct. */
import { z } from 'zod';
import { onDamaged } from '../operation.ts';

export const reconstructParams = z.strictObject({
  quality: z
    .enum(['low', 'medium', 'high'])
    .default('medium')
    .describe(
      'Resolution of the photographs and detail of the model. `low`: photographs of 1000 pixels, 20,000 faces, a texture of up to 2048 pixels. ' +
        '`medium`: 1600, 60,000, 4096. `high`: 2400, 150,000, 8192',
    ),
  use_gpu: z
    .boolean()
    .default(false)
    .describe('Use a GPU if the worker has one, else the CPU. The metadata says which was used'),
  on_damaged: onDamaged,
  on_error: z
    .enum(['fail', 'skip'])
    .default('skip')
    .describe('`skip`: report unusable photographs and continue with the others. `fail`: fail the job'),
});

export type ReconstructParams = z.infer<typeof reconstructParams>;
