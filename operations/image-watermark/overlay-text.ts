/** Makes the overlay from text, which Pango draws. */
import { join } from 'node:path';
import sharp from 'sharp';
import { DarkroomError } from '../../src/errors.ts';
import { escapeMarkup } from '../lib/escape-markup.ts';
import { srgbColours } from '../lib/picture/client-colour.ts';
import { declarePixels } from '../lib/picture-process/pixels.ts';
import { pictureTask } from '../lib/picture-process/task.ts';
import { hasFonts } from '../lib/text.ts';
import { MAX_OVERLAY_SIDE, OVERLAY, TRANSPARENT } from './overlay.ts';
import type { Params } from './params.ts';

type TextParams = Pick<Params, 'font' | 'align' | 'color' | 'rotate'> & { readonly text: string };

const USUAL_DPI = 72;

/** Draws the text so that its longer side has about MAX_OVERLAY_SIDE pixels: pictures get a smaller copy. */
export const task = pictureTask(import.meta.url, async (params: TextParams, { folder }): Promise<void> => {
  if (!(await hasFonts()))
    throw new DarkroomError(
      'operation_failed',
      'The worker has no fonts for text: install some (on Debian: fonts-dejavu-core), or use an overlay',
    );
  const { info: small } = await drawText(params, USUAL_DPI);
  const dpi = Math.floor((USUAL_DPI * MAX_OVERLAY_SIDE) / Math.max(small.width, small.height));
  declarePixels('result', { width: MAX_OVERLAY_SIDE, height: MAX_OVERLAY_SIDE });
  const { data, info } = await drawText(params, Math.max(1, dpi));
  const { alpha, ...rgb } = await srgbColours.convert(params.color);
  const mask = alpha < 1 ? Buffer.from(data.map((sample) => Math.round(sample * alpha))) : data;
  const { width, height } = info;
  const overlay = await sharp({ create: { width, height, channels: 3, background: rgb } })
    .joinChannel(mask, { raw: { width, height, channels: 1 } })
    .png()
    .toBuffer();
  await sharp(overlay).rotate(params.rotate, { background: TRANSPARENT }).png().toFile(join(folder, OVERLAY));
});

/** Returns how much of each pixel the text covers, 0 to 255, without borders. */
async function drawText({ text, font, align }: TextParams, dpi: number) {
  try {
    return await sharp({
      text: { text: escapeMarkup(text), font, align: align === 'center' ? 'centre' : align, dpi },
    })
      .toColourspace('b-w')
      .extractChannel(0)
      .raw()
      .toBuffer({ resolveWithObject: true });
  } catch (error) {
    throw new DarkroomError('operation_failed', 'The text (params.text) cannot be drawn', { cause: error });
  }
}
