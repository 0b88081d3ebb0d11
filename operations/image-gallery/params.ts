/** The parameters of image.gallery. */
import { z } from 'zod';
import { label } from '../lib/label.ts';
import { METADATA_VALUES, metadataChoice } from '../lib/picture/metadata-choice.ts';
import { onDamaged, onError } from '../operation.ts';

export const params = z.strictObject({
  as: z
    .enum(['website', 'zip', 'json'])
    .default('website')
    .describe(
      '`website`: pages that work from a folder or any web server; start at index.html. `zip`: the same files in ' +
        'gallery.zip. `json`: thumbnails, and the entries as data',
    ),
  title: z.string().min(1).max(200).default('Gallery').describe('Heading of the gallery'),
  description: z.string().max(5000).default('').describe('Text below the title'),
  caption: label
    .default('name')
    .describe('Caption of a picture: none, its name, its position from 1, or one of its shown attributes'),
  attributes: z
    .array(z.string().min(1).max(200))
    .max(200)
    .optional()
    .describe('Names of the attributes to show, in this order. Default: all'),
  page_size: z.int().min(1).max(500).default(100).describe('Thumbnails per page'),
  thumbnail: z.int().min(64).max(640).default(320).describe('Pixels of the longer side of thumbnails'),
  max_side: z
    .int()
    .min(256)
    .max(8192)
    .default(2048)
    .describe('Maximum pixels of the longer side of the large pictures. Smaller ones are not enlarged'),
  format: z
    .enum(['auto', 'jpeg', 'webp'])
    .default('auto')
    .describe('Format of the large pictures. `auto`: WebP where the asset has transparency, else JPEG'),
  quality: z.int().min(1).max(100).optional().describe('Quality of the large pictures. Default: 80'),
  metadata: metadataChoice
    .default('strip')
    .describe(`Metadata of the large pictures, readable for everyone. ${METADATA_VALUES}`),
  originals: z
    .boolean()
    .default(false)
    .describe('Add the original files, with all their metadata, for download'),
  exif: z
    .enum(['none', 'camera', 'all'])
    .default('camera')
    .describe(
      'EXIF data on the pages and in the data. `camera`: all but the location. `all`: also the location, which the map shows',
    ),
  map: z
    .boolean()
    .default(true)
    .describe(
      'Draw a map when locations are known: from shown attributes latitude (lat) and longitude (lon, lng), or EXIF data with `exif: all`',
    ),
  on_error: onError,
  on_damaged: onDamaged,
});

export type Params = z.infer<typeof params>;
