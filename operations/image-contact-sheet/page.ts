/** Renders one page of a contact sheet: copies the pixels of thumbnails and text strips into the page. */
import { join } from 'node:path';
import sharp from 'sharp';
import { DarkroomError } from '../../src/errors.ts';
import { declarePixels } from '../lib/picture-process/pixels.ts';
import { pictureTask } from '../lib/picture-process/task.ts';
import { hasFonts, textStrip } from '../lib/text.ts';
import { columnLeft, type Layout, rowTop } from './layout.ts';

export interface Page {
  readonly layout: Layout;
  /** Empty: none. */
  readonly title: string;
  /** #rrggbb. */
  readonly background: string;
  readonly format: 'jpeg' | 'png' | 'webp';
  readonly quality: number | undefined;
  /** Row by row, one for each thumbnail. */
  readonly labels: readonly string[];
}

/** File name of the page. */
export const PAGE = 'page';

const CHANNELS = 3;

/**
 * Writes a page of thumbnails, which are no larger than a cell. Holds the page as raw pixels (3 bytes each, 150 MB at most) and one
 * thumbnail at a time in memory. Throws `operation_failed` when there is text and no font.
 */
export const task = pictureTask(import.meta.url, async (page: Page, { files, folder }): Promise<void> => {
  const { layout, title, background, format, quality } = page;
  const { width, height } = layout;
  declarePixels('result', layout);
  if ((layout.labelHeight > 0 || title !== '') && !(await hasFonts())) {
    throw new DarkroomError(
      'operation_failed',
      'The worker has no fonts for labels: install some (on Debian: fonts-dejavu-core), or use label "none" without a title',
    );
  }
  const pixels = Buffer.alloc(width * height * CHANNELS, Buffer.from(background.slice(1), 'hex'));
  await placeTitle(pixels, page);
  for (let row = 0; row < layout.rows; row++) await placeRow(pixels, page, files, row);
  await sharp(pixels, { raw: { width, height, channels: CHANNELS } })
    .toFormat(format, format === 'png' || quality === undefined ? {} : { quality })
    .toFile(join(folder, PAGE));
});

async function placeTitle(pixels: Buffer, { layout, title, background }: Page): Promise<void> {
  const { width, titleHeight: height, gap } = layout;
  if (title === '') return;
  const margin = Math.max(gap, 8);
  const box = { text: title, x: margin, width: Math.max(1, width - 2 * margin), align: 'left' } as const;
  const style = { height, fontSize: 22, bold: true, colour: textColour(background), background };
  const strip = await textStrip(width, [box], style);
  place(pixels, layout, { data: strip, width, height }, 0, gap >> 1);
}

async function placeRow(
  pixels: Buffer,
  { layout, background, labels }: Page,
  files: readonly string[],
  row: number,
): Promise<void> {
  const { columns, cell, fontSize, width, labelHeight } = layout;
  const [first, end] = [row * columns, (row + 1) * columns];
  const top = rowTop(layout, row);
  for (const [column, path] of files.slice(first, end).entries()) {
    const { data, info } = await sharp(path)
      .removeAlpha()
      .toColourspace('srgb')
      .raw()
      .toBuffer({ resolveWithObject: true });
    const left = columnLeft(layout, column) + ((cell - info.width) >> 1);
    place(
      pixels,
      layout,
      { data, width: info.width, height: info.height },
      left,
      top + ((cell - info.height) >> 1),
    );
  }
  if (labelHeight === 0) return;
  const boxes = labels.slice(first, end).map((text, column) => {
    return { text, x: columnLeft(layout, column), width: cell, align: 'middle' } as const;
  });
  const style = { height: labelHeight, fontSize, colour: textColour(background), background };
  const strip = await textStrip(width, boxes, style);
  place(pixels, layout, { data: strip, width, height: labelHeight }, 0, top + cell);
}

interface Raster {
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
}

function place(
  pixels: Buffer,
  layout: Layout,
  { data, width, height }: Raster,
  left: number,
  top: number,
): void {
  if (data.length !== width * height * CHANNELS) throw new Error('A thumbnail does not have three channels');
  for (let y = 0; y < height; y++) {
    const from = y * width * CHANNELS;
    data.copy(pixels, ((top + y) * layout.width + left) * CHANNELS, from, from + width * CHANNELS);
  }
}

/** Returns black or white, by the luma of the background. */
function textColour(background: string): string {
  const [red = 0, green = 0, blue = 0] = Buffer.from(background.slice(1), 'hex');
  return 0.299 * red + 0.587 * green + 0.114 * blue > 140 ? '#111111' : '#f4f4f4';
}
