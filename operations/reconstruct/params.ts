/** What a reconstruction can be told. */
import { z } from 'zod';

export const reconstructParams = z.strictObject({
  quality: z
    .enum(['low', 'medium', 'high'])
    .default('medium')
    .describe(
      'How much is looked at, and how fine the model gets. `low`: photographs of 1000 pixels, 20,000 faces, a texture of up to 2048 pixels. ' +
        '`medium`: 1600, 60,000, 4096. `high`: 2400, 150,000, 8192',
    ),
  use_gpu: z
    .boolean()
    .default(false)
    .describe(
      'Compute on a GPU if the worker has one; else on the processor. The metadata tell what was done',
    ),
  on_error: z
    .enum(['fail', 'skip'])
    .default('skip')
    .describe(
      '`skip`: a photograph that cannot be used is reported and the others go on. `fail`: it fails the job',
    ),
});

export type ReconstructParams = z.infer<typeof reconstructParams>;
