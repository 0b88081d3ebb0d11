/** Writes the thumbnail of one asset. */
import { join } from 'node:path';
import { pictureTask } from '../lib/picture-process/task.ts';
import { onPicture } from '../lib/picture-work.ts';
import { writeResizedCopy } from '../lib/resized-copy.ts';
import type { Params } from './params.ts';

/** File name of the thumbnail. */
export const THUMBNAIL = 'thumbnail.jpg';

/** JPEG quality: higher than that of any page. */
const QUALITY = 92;

export const task = pictureTask(
  import.meta.url,
  onPicture(async (input, { cell: side, background }: Params, { folder, note }): Promise<void> => {
    const look = { side, background: toSixDigits(background), quality: QUALITY };
    const options = { ...look, format: 'jpeg', note } as const;
    await writeResizedCopy(input, options, join(folder, THUMBNAIL));
  }),
);

export const toSixDigits = (colour: string): string =>
  colour.length === 4 ? `#${[...colour.slice(1)].map((digit) => digit + digit).join('')}` : colour;
