/** Describes one picture: header fields, EXIF data and visual features. */
import { openImage } from '../lib/image-source.ts';
import { pictureTask } from '../lib/picture-process/task.ts';
import { onPicture } from '../lib/picture-work.ts';
import { readAssetExif } from './asset-exif.ts';
import type { ExifReading } from './exif.ts';
import { type HeaderFacts, headerFacts } from './header.ts';
import type { Params } from './params.ts';
import { computeVisualFeatures, type VisualFeature, type VisualFeatures } from './visual-features.ts';

export type PictureFacts = HeaderFacts & VisualFeatures & Partial<ExifReading>;

const visualFeatures = [
  'palette',
  'phash',
  'sharpness',
  'thumbhash',
] as const satisfies readonly VisualFeature[];

export const task = pictureTask(
  import.meta.url,
  onPicture(async (picture, { include }: Params, { folder }): Promise<PictureFacts> => {
    const source = await openImage(picture);
    const requested = new Set(visualFeatures.filter((feature) => include.includes(feature)));
    return {
      ...headerFacts(source),
      ...(include.includes('exif') ? readAssetExif(source) : {}),
      ...(requested.size > 0 ? await computeVisualFeatures(picture, source, requested, folder) : {}),
    };
  }),
);
