/** Makes the overlay from an asset: upright, in sRGB, turned. */
import { join } from 'node:path';
import { openImage } from '../lib/image-source.ts';
import { noteLeftOut } from '../lib/picture/left-out.ts';
import { withPicture } from '../lib/picture/open-picture.ts';
import { declarePixels } from '../lib/picture-process/pixels.ts';
import { pictureTask } from '../lib/picture-process/task.ts';
import { onPicture } from '../lib/picture-work.ts';
import { MAX_OVERLAY_SIDE, OVERLAY, TRANSPARENT } from './overlay.ts';
import type { Params } from './params.ts';

export const task = pictureTask(
  import.meta.url,
  onPicture(async (input, { rotate }: Params, { folder, note }): Promise<void> => {
    const path = join(folder, OVERLAY);
    declarePixels('result', { width: 2 * MAX_OVERLAY_SIDE, height: 2 * MAX_OVERLAY_SIDE });
    const source = await openImage(input);
    await withPicture(input, { scratch: path, source }, async ({ image }) => {
      const side = { width: MAX_OVERLAY_SIDE, height: MAX_OVERLAY_SIDE };
      const upright = image.autoOrient().resize({ ...side, fit: 'inside', withoutEnlargement: true });
      const turned = rotate % 360 === 0 ? upright : upright.rotate(rotate, { background: TRANSPARENT });
      await turned.ensureAlpha().png().toFile(path);
    });
    noteLeftOut(input, source, 1, note);
  }),
);
