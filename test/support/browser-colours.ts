/** The colours that Chromium shows of a picture, read from a canvas. */
import type { Page } from 'playwright-core';

const script = `async ([source, points]) => {
  const image = new Image();
  image.src = source;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = image.width;
  canvas.height = image.height;
  const context = canvas.getContext('2d');
  context.drawImage(image, 0, 0);
  return points.map(([x, y]) => [...context.getImageData(x, y, 1, 1).data]);
}`;

/**
 * Returns red, green, blue and alpha of pixels, in sRGB from 0 to 255.
 *
 * @throws if Chromium cannot decode the picture.
 */
export function readBrowserPixels(
  page: Page,
  bytes: Uint8Array,
  mediaType: string,
  points: readonly (readonly [number, number])[],
): Promise<[number, number, number, number][]> {
  const source = `data:${mediaType};base64,${Buffer.from(bytes).toString('base64')}`;
  return page.evaluate(`(${script})(${JSON.stringify([source, points])})`);
}
