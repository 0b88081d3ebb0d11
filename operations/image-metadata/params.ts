/** Parameters of image.metadata. */
import { z } from 'zod';
import { onDamaged, onError } from '../operation.ts';

export const params = z.strictObject({
  include: z
    .array(z.enum(['exif', 'palette', 'phash', 'sharpness', 'thumbhash']))
    .default(['exif', 'palette', 'phash', 'sharpness'])
    .describe(
      'What to return besides the header fields. `exif`: camera, exposure, time, location. `palette`: up to 5 colours with their ' +
        'shares. `phash`: a perceptual hash of 64 bits; similar pictures differ in few bits. `sharpness`: low for blurred ' +
        'pictures. `thumbhash`: a placeholder of about 25 bytes (ThumbHash, base64), which browsers show until the picture is loaded. ' +
        'With `exif` alone no pixels are read, which is much faster',
    ),
  on_error: onError,
  on_damaged: onDamaged,
});

export type Params = z.infer<typeof params>;
