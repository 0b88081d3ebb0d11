/** Writes one asset in all widths and formats. */
import { join } from 'node:path';
import { DarkroomError } from '../../src/errors.ts';
import { openImage, toDecodeError } from '../lib/image-source.ts';
import { writePicture } from '../lib/picture/encode-picture.ts';
import { noteLeftOut } from '../lib/picture/left-out.ts';
import { withPicture } from '../lib/picture/open-picture.ts';
import { declarePixels } from '../lib/picture-process/pixels.ts';
import { pictureTask } from '../lib/picture-process/task.ts';
import { onPicture } from '../lib/picture-work.ts';
import type { Size } from '../lib/resized-copy.ts';
import type { Format, Params } from './params.ts';

/** File name of a result. */
export const resultName = ({ width }: Pick<Size, 'width'>, format: Format): string => `${width}.${format}`;

/** Returns the sizes, narrow ones first. */
export const task = pictureTask(
  import.meta.url,
  onPicture(async (input, params: Params, { folder, note, report }): Promise<Size[]> => {
    const source = await openImage(input);
    const widths = chooseWidths(source.width, params.widths);
    const largest = widths.at(-1) ?? source.width;
    declarePixels('result', { width: largest, height: Math.ceil((source.height * largest) / source.width) });
    const sizes: Size[] = [];
    try {
      await withPicture(
        input,
        { scratch: join(folder, 'scratch'), colours: 'srgb', source },
        async (picture) => {
          const white = await picture.colours.convert('#ffffff');
          for (const [at, width] of widths.entries()) {
            let size: Size = { width, height: 0 };
            for (const format of params.formats) {
              const resized = picture.image.clone().autoOrient().resize({ width });
              const image = format === 'jpeg' ? resized.flatten({ background: white }) : resized;
              const encoding = { format, quality: params.quality[format], metadata: 'strip' as const };
              const output = join(folder, resultName({ width }, format));
              const written = await writePicture(image, picture, encoding, output);
              size = { width: written.width, height: written.height };
            }
            sizes.push(size);
            report((at + 1) / widths.length);
          }
          noteLeftOut(input, picture, 1, note);
        },
      );
    } catch (error) {
      throw error instanceof DarkroomError ? error : toDecodeError(input, error);
    }
    return sizes;
  }),
);

/** Pictures are not enlarged: all widths that are too large become the width of the picture. */
const chooseWidths = (own: number, widths: readonly number[]): number[] => [
  ...new Set(widths.map((width) => Math.min(width, own)).sort((a, b) => a - b)),
];
