/** The parameters of image.gallery. */
import { z } from 'zod';
import { label } from '../lib/label.ts';
import { onError } from '../operation.ts';

export const params = z.strictObject({
  as: z
    .enum(['website', 'zip', 'json'])
    .default('website')
    .describe(
      '`website`: pages that work from a folder or from any web server; begin with index.html. `zip`: the same files in ' +
        'gallery.zip. `json`: thumbnails, and the entries as data',
    ),
  title: z.string().min(1).max(200).default('Gallery').describe('Written above the pictures'),
  description: z.string().max(5000).default('').describe('Written below the title'),
  caption: label
    .default('name')
    .describe(
      'What is written under a picture: nothing, its name, its position from 1, or one of its attributes that are shown',
    ),
  attributes: z
    .array(z.string().min(1).max(200))
    .max(200)
    .optional()
    .describe('Names of the attributes of assets to show, in this order. All of them when left out'),
  page_size: z.int().min(1).max(500).default(100).describe('Thumbnails on a page'),
  thumbnail: z.int().min(64).max(640).default(320).describe('Pixels of the longer side of thumbnails'),
  max_side: z
    .int()
    .min(256)
    .max(8192)
    .default(2048)
    .describe('Pixels of the longer side of the large pictures, at most. Smaller ones are not blown up'),
  format: z
    .enum(['auto', 'jpeg', 'webp'])
    .default('auto')
    .describe('Format of the large pictures. `auto`: WebP where the asset has transparency, else JPEG'),
  quality: z.int().min(1).max(100).optional().describe('Of the large pictures; 80 when left out'),
  metadata: z
    .enum(['strip', 'keep'])
    .default('strip')
    .describe(
      '`strip`: the large pictures carry no EXIF (place, camera), XMP or profiles. `keep`: they do, for everyone to read',
    ),
  originals: z
    .boolean()
    .default(false)
    .describe('Add the assets as they are, with all that they carry, to be downloaded'),
  exif: z
    .enum(['none', 'camera', 'all'])
    .default('camera')
    .describe(
      'What of EXIF the pages and the data tell. `camera`: all but the place. `all`: the place too, also on the map',
    ),
  map: z
    .boolean()
    .default(true)
    .describe(
      'Draw a map when pictures have a place: shown attributes latitude (lat) and longitude (lon, lng), or EXIF if that is `all`',
    ),
  on_error: onError,
});

export type Params = z.infer<typeof params>;
