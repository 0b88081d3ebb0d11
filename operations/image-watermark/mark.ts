/** The watermark of one picture: the overlay in its size, and where it lies. */
import sharp, { type OverlayOptions } from 'sharp';
import { decodeFile } from '../lib/image-source.ts';
import { TRANSPARENT } from './overlay.ts';
import type { Params } from './params.ts';

interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * Writes the overlay in the size that a picture needs, and returns how to put it over the picture.
 *
 * @param picture - Size of the upright picture in pixels.
 * @param path - Where to write it, as a file of libvips.
 */
export async function renderMark(
  overlay: string,
  picture: Size,
  params: Params,
  path: string,
): Promise<OverlayOptions> {
  const margin = Math.round(params.margin * Math.min(picture.width, picture.height));
  const size = fitMark(await sharp(overlay).metadata(), picture, params.scale, params.tile ? 0 : margin);
  let image = decodeFile(overlay, {}).resize({ ...size, fit: 'fill' });
  if (params.tile)
    image = image.extend({
      right: Math.min(margin, picture.width - size.width),
      bottom: Math.min(margin, picture.height - size.height),
      background: TRANSPARENT,
    });
  if (params.opacity < 1) image = image.linear([1, 1, 1, params.opacity], [0, 0, 0, 0]);
  await image.toFile(path);
  return params.tile
    ? { input: path, tile: true, gravity: 'northwest' }
    : { input: path, ...placeMark(size, picture, params, margin) };
}

/** Returns the largest size that fits into a fraction of the picture, and between its margins. */
function fitMark(overlay: Size, picture: Size, scale: number, margin: number): Size {
  const roomFor = (side: number) => Math.max(1, Math.min(scale * side, side - 2 * margin));
  const factor = Math.min(roomFor(picture.width) / overlay.width, roomFor(picture.height) / overlay.height);
  const scaled = (side: number) => Math.max(1, Math.round(side * factor));
  return { width: scaled(overlay.width), height: scaled(overlay.height) };
}

function placeMark(
  mark: Size,
  picture: Size,
  { position = 'bottom-right', point }: Params,
  margin: number,
): { left: number; top: number } {
  const place = (side: number, length: number, from: string, to: string, middle: number | undefined) => {
    const last = Math.max(0, side - length);
    const near = Math.min(margin, last);
    const far = Math.max(last - margin, 0);
    if (middle !== undefined) return Math.max(near, Math.min(far, Math.round(middle * side - length / 2)));
    if (position.includes(from)) return near;
    return position.includes(to) ? far : Math.round(last / 2);
  };
  return {
    left: place(picture.width, mark.width, 'left', 'right', point?.x),
    top: place(picture.height, mark.height, 'top', 'bottom', point?.y),
  };
}
